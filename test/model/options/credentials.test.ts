import { keyed, left, refused } from "./left";

const name = 'use letters, digits, dots, hyphens and underscores, like "db-password"';
const path = 'give the absolute path of a file on the host, like "/run/agenix/db-password"';

describe("credentials", () => {
  test("are a flag each with a path and never a value, in one order", () => {
    const db = { hostPath: "/run/agenix//db" };
    const tls = { hostPath: "/run/secrets/tls.key" };
    const expected = ["--load-credential=db:/run/agenix/db", "--load-credential=tls.key:/run/secrets/tls.key"];
    expect(left({ credentials: { "tls.key": tls, db } }).flags).toEqual(expected);
    expect(left({ credentials: { db, "tls.key": tls } }).flags).toEqual(expected);
    for (const none of [{}, null]) expect(left({ credentials: none as never })).toEqual(left({}));
  });

  test("may be called what JavaScript's objects have already", () => {
    const hostPath = "/run/x";
    expect(left({ credentials: { constructor: { hostPath } } }).flags).toEqual([
      "--load-credential=constructor:/run/x",
    ]);
  });

  test.each<[unknown, string]>([
    ["/run/x", 'credentials is "/run/x", not a record → give a record'],
    [["/run/x"], "credentials is an array, not a record → give a record"],
    [{ db: "/run/x" }, 'credentials.db is "/run/x", not an object → write db: { hostPath: "/run/x" }'],
    [
      { "db-password": "/run/x" },
      'credentials.db-password is "/run/x", not an object → write "db-password": { hostPath: "/run/x" }',
    ],
    [{ db: {} }, "credentials.db.hostPath is missing → set credentials.db.hostPath to a string"],
    [{ db: { hostPath: 5 } }, 'credentials.db.hostPath is 5, not a string → write hostPath: "5"'],
    [
      { db: { path: "/run/x", hostPath: "/run/x" } },
      "credentials.db.path is not a setting → use one of its settings: hostPath",
    ],
    [{ "a/b": { hostPath: "/x" } }, `credentials "a/b" cannot be the name of a credential → ${name}`],
    [{ "a:b": { hostPath: "/x" } }, `credentials "a:b" cannot be the name of a credential → ${name}`],
    [{ "a b": { hostPath: "/x" } }, `credentials "a b" cannot be the name of a credential → ${name}`],
    [{ "": { hostPath: "/x" } }, `credentials "" cannot be the name of a credential → ${name}`],
    [{ "..": { hostPath: "/x" } }, `credentials ".." cannot be the name of a credential → ${name}`],
    [
      { ["x".repeat(256)]: { hostPath: "/x" } },
      `credentials "${"x".repeat(256)}" cannot be the name of a credential → ${name}`,
    ],
    [{ db: { hostPath: "run/x" } }, `credentials db hostPath "run/x" is not absolute → ${path}`],
    [{ db: { hostPath: "" } }, `credentials db hostPath "" is not absolute → ${path}`],
    [
      { db: { hostPath: "/run/my key" } },
      `credentials db hostPath "/run/my key" contains white space or a control character → ${path}`,
    ],
    [{ db: { hostPath: "/" } }, `credentials db hostPath "/" is a directory → ${path}`],
    [
      keyed("__proto__", { hostPath: "/x" }),
      "credentials.__proto__ is a name that JavaScript keeps for itself → call it otherwise",
    ],
    [keyed("__proto__", 5), "credentials.__proto__ is a name that JavaScript keeps for itself → call it otherwise"],
  ])("must not be %j", (credentials, words) => expect(refused({ credentials })).toEqual([words]));

  test("are not written by flags, and not by lines of the unit", () => {
    expect(refused({ extraFlags: ["--load-credential=db:/x", "--set-credential=db:secret"] })).toEqual([
      'extraFlags[0] "--load-credential=db:/x" has an option of its own → write credentials: { "db": { hostPath: "/x" } }',
      'extraFlags[1] "--set-credential=…" has an option of its own → write credentials: { NAME: { hostPath: … } }; with the flag the value stands in the conf, where every user reads it',
    ]);
    expect(refused({ unit: { serviceConfig: { LoadCredential: "db:/x" } } })).toEqual([
      "unit.serviceConfig.LoadCredential has a setting of its own → write credentials",
    ]);
  });
});
