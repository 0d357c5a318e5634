import { createHash } from "node:crypto";
import { ownerKey } from "../../src/model/conf";
import type { ContainerConfig } from "../../src/model/container";
import type { ObservedContainer } from "../../src/model/observed";
import { treeDigest as nixTreeDigest } from "../../src/nix";
import { absentBase } from "../../src/plan";
import {
  machineOf,
  applyText,
  changesOf,
  container,
  converged,
  nixpkgs,
  planOne,
  release,
  unmanaged,
} from "./support/model";

const address = { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };
const database = container("database", { network: address });

const removal = { intent: { owner: database.owner, action: "remove" } };
const deletion = { intent: { ...removal.intent, deleting: true } };

/** The host after a deploy of `database`, with something changed since. */
function drifted(change: Partial<ObservedContainer>): ObservedContainer {
  return { ...converged(database), ...change };
}

function without(field: keyof ObservedContainer, from: ObservedContainer = converged(database)): ObservedContainer {
  return Object.fromEntries(Object.entries(from).filter(([key]) => key !== field)) as unknown as ObservedContainer;
}

describe("a container that is not there", () => {
  test("is created, with every property it is given", () => {
    const wanted = container("database", {
      network: { ...address, forwardPorts: [{ hostPort: 5432 }] },
      bindMounts: { "/data": { hostPath: "/srv/data", isReadOnly: false }, "/etc/keys": {} },
      autoStart: true,
      timeouts: { start: 120 },
      removalPolicy: "destroy",
      protect: true,
    });
    const plan = planOne(wanted, undefined);
    expect(plan).toMatchObject({
      action: "create",
      effect: "none",
      base: absentBase,
      stateVersion: "25.05",
      problems: [],
    });
    expect(changesOf(plan)).toEqual([
      "config: none → 1 file (none)",
      "stateVersion: none → 25.05 (none)",
      "network.privateNetwork: none → true (none)",
      "network.hostAddress: none → 10.0.0.1 (none)",
      "network.localAddress: none → 10.0.0.2 (none)",
      "network.forwardPorts: none → tcp:5432:5432 (none)",
      "bindMounts: none → /srv/data on /data, /etc/keys (read-only) (none)",
      "autoStart: none → true (none)",
      "timeouts.start: none → 120 s (none)",
      "removalPolicy: none → destroy (none)",
      "protect: none → true (none)",
    ]);
    expect(plan.config).toEqual([{ path: "configuration.nix", lines: ["@@ -0,0 +1,1 @@", "+{ }"] }]);
    expect(applyText(plan)).toBe("run create: database");
  });

  test("F9: shows a file that is no text by its size and digest, and calls it changed when its bytes differ", () => {
    const bytes = (content: number[]): ContainerConfig => {
      const files = [
        { path: "configuration.nix", text: "{ }\n" },
        { path: "s.age", text: "", bytes: Buffer.from(content).toString("base64") },
      ];
      return { entry: "configuration.nix", files, inline: true, digest: nixTreeDigest(files) };
    };
    const one = { ...database, config: bytes([0, 255]) };
    const sum = createHash("sha256")
      .update(Buffer.from([0, 255]))
      .digest("hex");
    expect(planOne(one, undefined).config[1]).toEqual({
      path: "s.age",
      lines: [`@ a file of 2 bytes that is no text, sha256 ${sum}`],
    });
    const other = planOne({ ...database, config: bytes([1, 255]) }, converged(one));
    expect(other.config).toEqual([{ path: "s.age", lines: [expect.stringMatching(/^@ now a file of 2 bytes/)] }]);
    expect(planOne(one, converged(one)).action).toBe("none");
  });

  test("has the base that converge computes of nothing", () => {
    expect(absentBase).toBe(createHash("sha256").update("").digest("hex"));
    expect(planOne(database, unmanaged("database")).base).not.toBe(absentBase);
  });

  test("is created once more when an earlier create was cut off", () => {
    const cut = drifted({ intent: { owner: database.owner, action: "create" } });
    const halfway = without("journal", without("profile", cut));
    expect(planOne(database, halfway).effect).toBe("restart"); // something of its name runs, and is stopped first
    const plan = planOne(database, { ...halfway, unit: "down", active: "inactive dead" });
    expect(plan).toMatchObject({ action: "create", effect: "none" });
    expect(applyText(plan)).toBe("run create: database, an earlier create was cut off");
    expect(planOne(database, without("journal", cut)).action).toBe("create");
  });

  test("F5a: says in its plan that an address alone would leave it on the host's network in NixOS", () => {
    const implied = container("database", { network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" } });
    const note: unknown = expect.stringContaining("where a containers.<name> of NixOS shares the host's network");
    expect(planOne(implied, undefined).notes).toEqual([note]);
    expect(planOne(database, undefined).notes).toEqual([]);
    expect(planOne(implied, converged(container("database"))).notes).toEqual([note]);
    expect(planOne(implied, converged(implied)).notes).toEqual([]);
    const ignored = container("database", { network: { ...address, privateNetwork: false } });
    expect(planOne(ignored, converged(database)).notes).toEqual([
      "it shares the host's network: network.hostAddress, localAddress are ignored, as NixOS does",
    ]);
  });

  test("is made anew when somebody removed it, for its journal is ours", () => {
    const gone = without(
      "root",
      without("profile", without("conf", drifted({ unit: "down", active: "inactive dead" }))),
    );
    const plan = planOne(database, gone);
    expect(plan).toMatchObject({ action: "create", effect: "recreate" });
    expect(applyText(plan)).toBe("run create: database, which was removed behind our back");
    const kept = planOne(database, { ...gone, root: "dir" });
    expect(kept.notes).toEqual([
      "its conf was removed on the host; its root directory is still there and is used again",
    ]);
  });

  test("comes back from the archive when its removal was cut off", () => {
    const leaving = drifted({ unit: "down", intent: { owner: database.owner, action: "remove" } });
    const plan = planOne(database, without("root", without("conf", leaving)));
    expect(plan.action).toBe("create");
    expect(plan.notes).toEqual(["an earlier removal was cut off: what it had moved into the archive comes back"]);
    const unjournaled = planOne(database, without("journal", without("root", without("conf", leaving))));
    expect(applyText(unjournaled)).toBe("run create: database, whose removal was cut off");
  });

  test("comes back empty when its removal was cut off while its data was deleted", () => {
    const leaving = without("root", without("conf", drifted({ ...deletion, unit: "down" })));
    for (const seen of [leaving, without("journal", leaving)]) {
      const plan = planOne(database, seen);
      expect(plan).toMatchObject({ action: "create", effect: "danger" });
      expect(changesOf(plan)[0]).toBe("root directory: none → made anew, empty (danger)");
      expect(applyText(plan)).toBe("run create: database, whose data was being deleted when its removal was cut off");
      expect(plan.notes[0]).toBe("its data was being deleted when the removal was cut off: it is made anew, empty");
    }
  });
});

describe("a container that is as wanted", () => {
  test("is settled with the token of its journal", () => {
    const plan = planOne(database, converged(database, { token: "2026-02-02T02:02:02Z create: database" }));
    expect(plan).toMatchObject({ action: "none", effect: "none", changes: [], config: [], notes: [], problems: [] });
    expect(applyText(plan)).toBe("settled 2026-02-02T02:02:02Z create: database");
    expect(plan.base).toBe(converged(database, { token: "2026-02-02T02:02:02Z create: database" }).digest);
  });

  test.each([
    ["stopped", container("database", { running: false, autoStart: true })],
    ["started at boot", container("database", { autoStart: true })],
    ["given a start timeout", container("database", { timeouts: { start: 300 } })],
    ["protected and retained", container("database", { protect: true, removalPolicy: "retain" })],
    ["given a state version", container("database", { stateVersion: "23.11" })],
    ["following nixpkgs", container("database", { followNixpkgs: true })],
    ["declared with `adopt` left in", container("database", { adopt: true })],
  ])("is settled when it is %s", (_, wanted) => {
    expect(planOne(wanted, converged(wanted)).action).toBe("none");
    expect(planOne(wanted, { ...converged(wanted), boot: !converged(wanted).boot }).action).toBe("update");
  });

  test("is settled whatever AUTO_START and the owner's key say in its conf", () => {
    const { conf = [] } = converged(database);
    const edited = [...conf.filter((line) => !line.startsWith(ownerKey)), "AUTO_START=1", "# a remark", "HOST_BRIDGE="];
    expect(planOne(database, drifted({ conf: edited })).action).toBe("none");
    expect(planOne(database, drifted({ conf: [...edited, "HOST_BRIDGE=br0"] })).action).toBe("update");
  });
});

const mountingProps = {
  network: { interfaces: ["eth1"] },
  autoStart: true,
  bindMounts: { "/x": { hostPath: "/tank/x" } },
};
const mounting = container("database", mountingProps);
const manyMounts = (count: number): ReturnType<typeof container> =>
  container("database", {
    bindMounts: Object.fromEntries(Array.from({ length: count }, (_, index) => [`/${index}`, {}])),
  });

describe("a container that differs", () => {
  const cases: readonly (readonly [string, ReturnType<typeof container>, ObservedContainer, string, string[]])[] = [
    [
      "its conf was edited",
      database,
      drifted({ conf: (converged(database).conf ?? []).map((line) => line.replace("10.0.0.2", "10.0.0.9")) }),
      "update",
      ["network.localAddress: 10.0.0.9 → 10.0.0.2 (restart)"],
    ],
    [
      "the host has another machine-id",
      database,
      drifted({ journal: { ...converged(database).journal, machine: "f".repeat(32) } }),
      "update",
      [`machine-id of the host: ffffffff… → ${machineOf("shop/web1").slice(0, 8)}… (none)`],
    ],
    [
      "its journal does not tell under which machine-id it is removed",
      database,
      drifted({ journal: { ...converged(database).journal, machine: "" } }),
      "update",
      [`machine-id of the host: not noted → ${machineOf("shop/web1").slice(0, 8)}… (none)`],
    ],
    [
      "its conf has a key of somebody else",
      database,
      drifted({ conf: [...(converged(database).conf ?? []), "PRIVATE_USERS=pick"] }),
      "update",
      ["privateUsers: pick → no (restart)"],
    ],
    [
      "a port is forwarded and a mount added",
      container("database", {
        network: { ...address, forwardPorts: [{ protocol: "udp", hostPort: 53 }] },
        bindMounts: { "/a": {} },
      }),
      converged(database),
      "update",
      ["network.forwardPorts: none → udp:53:53 (restart)", "bindMounts: none → /a (read-only) (restart)"],
    ],
    [
      "it moves to a bridge",
      container("database", { network: { hostBridge: "br0", localAddress: "10.0.0.2/24" } }),
      converged(database),
      "update",
      [
        "network.hostAddress: 10.0.0.1 → none (restart)",
        "network.localAddress: 10.0.0.2 → 10.0.0.2/24 (restart)",
        "network.hostBridge: none → br0 (restart)",
      ],
    ],
    [
      "a module file was edited on the host",
      database,
      drifted({
        modules: new Map(
          [...converged(database).modules].map(([path, sha]) => [
            path,
            path.endsWith("container.nix") ? sha : "0".repeat(64),
          ]),
        ),
      }),
      "update",
      ["module files on the host: edited since the last deploy → as in the code (reload)"],
    ],
    [
      "its module files are gone",
      database,
      drifted({ modules: new Map() }),
      "update",
      [
        "module files on the host: missing → as in the code (reload)",
        "container.nix on the host: missing → as we write it (reload)",
      ],
    ],
    [
      "container.nix was edited on the host",
      database,
      drifted({
        modules: new Map(
          [...converged(database).modules].map(([path, sha]) => [
            path,
            path.endsWith("container.nix") ? "0".repeat(64) : sha,
          ]),
        ),
      }),
      "update",
      ["container.nix on the host: edited since the last deploy → as we write it (reload)"],
    ],
    [
      "configuration.nix was edited on the host",
      database,
      drifted({ nixos: "0".repeat(64) }),
      "update",
      ["configuration.nix on the host: edited since the last deploy → as nixos-container writes it (reload)"],
    ],
    [
      "its root directory was deleted",
      database,
      without("root", without("nixos")),
      "update",
      ["root directory: missing, and its data with it → made anew (recreate)"],
    ],
    [
      "it was rolled back",
      database,
      drifted({
        profile: `/nix/store/${"9".repeat(32)}-nixos-system-database`,
        running: `/nix/store/${"9".repeat(32)}-nixos-system-database`,
      }),
      "update",
      [
        `system profile: 99999999…-nixos-system-database, not the last deploy's → ${converged(database).journal.system.slice(11, 19)}…-nixos-system-database (reload)`,
      ],
    ],
    [
      "its profile is gone",
      database,
      without("running", without("profile")),
      "update",
      [
        `system profile: missing → ${converged(database).journal.system.slice(11, 19)}…-nixos-system-database, if it is still in the store (restart)`,
      ],
    ],
    ["its conf is gone", database, without("conf"), "update", ["conf on the host: missing → as in the code (restart)"]],
    [
      "another system runs inside",
      database,
      drifted({ running: `/nix/store/${"9".repeat(32)}-nixos-system-database` }),
      "update",
      ["running system: 99999999…-nixos-system-database → the profile's (reload)"],
    ],
    [
      "its conf was written after it started",
      database,
      drifted({ confTime: 2001 }),
      "restart",
      ["conf in effect: unknown: written after the container started → as written (restart)"],
    ],
    [
      "it was stopped",
      database,
      without("running", without("since", drifted({ unit: "down", active: "inactive dead" }))),
      "start",
      ["running: false → true (none)"],
    ],
    [
      "it failed",
      database,
      without("running", drifted({ unit: "down", active: "failed failed" })),
      "start",
      ["running: false (systemd says: failed) → true (none)"],
    ],
    [
      "it shall stop",
      container("database", { network: address, running: false }),
      converged(database),
      "stop",
      ["running: true → false (none)"],
    ],
    [
      "it shall start at boot",
      container("database", { network: address, autoStart: true }),
      converged(database),
      "update",
      ["autoStart: false → true (none)"],
    ],
    [
      "somebody linked it for the boot",
      container("database", { network: address, running: false, autoStart: true }),
      { ...converged(container("database", { network: address, running: false, autoStart: true })), boot: true },
      "update",
      ["autoStart: true → false while it shall not run (none)"],
    ],
    [
      "its start timeout is set",
      container("database", { network: address, timeouts: { start: 90 } }),
      converged(database),
      "update",
      ["timeouts.start: none → 90 s (none)"],
    ],
    [
      "its drop-in was edited",
      container("database", { network: address, timeouts: { start: 90 } }),
      drifted({ dropIn: ["[Service]", "TimeoutStartSec=90", "MemoryMax=1G"] }),
      "update",
      ["unit.memoryMax: 1G → none (live)"],
    ],
    [
      "F11: its unit waits for nothing yet, as an earlier version left it",
      mounting,
      { ...converged(mounting), dropIn: [] },
      "update",
      ["start order: none → after the mounts of /tank/x and the interface eth1 (none)"],
    ],
    [
      "F11: its unit waits for others, more than can be told apart in a few words",
      manyMounts(9),
      { ...converged(manyMounts(9)), dropIn: converged(manyMounts(8)).dropIn },
      "update",
      ["start order: after the mounts of /0, /1, /2 and 5 more → after the mounts of /0, /1, /2 and 6 more (none)"],
    ],
    [
      "F11: a mount is added, and the order that goes with it",
      mounting,
      converged(container("database", { ...mountingProps, bindMounts: {} })),
      "update",
      ["bindMounts: none → /tank/x on /x (read-only) (restart)"],
    ],
    [
      "its removal policy is another",
      container("database", { network: address, removalPolicy: "destroy" }),
      converged(database),
      "update",
      ["removalPolicy: archive → destroy (none)"],
    ],
    [
      "it is protected",
      container("database", { network: address, protect: true }),
      converged(database),
      "update",
      ["protect: false → true (none)"],
    ],
    [
      "its stateVersion moves",
      container("database", { network: address, stateVersion: "25.11" }),
      converged(database),
      "update",
      ["stateVersion: 25.05 → 25.11 (danger)"],
    ],
    [
      "an earlier change was cut off",
      database,
      drifted({ intent: { owner: database.owner, action: "update" } }),
      "update",
      ["unfinished change: update → finished (reload)"],
    ],
    [
      "its removal was cut off before anything was moved",
      database,
      drifted({ intent: { owner: database.owner, action: "remove" } }),
      "update",
      ["removal: cut off → undone (none)"],
    ],
    [
      "its removal was cut off with its root directory in the archive",
      database,
      without(
        "root",
        without("nixos", without("running", drifted({ ...removal, unit: "down", active: "inactive dead" }))),
      ),
      "update",
      [
        "removal: cut off → undone (none)",
        "root directory: in the archive → put back (none)",
        "running: false → true (none)",
      ],
    ],
    [
      "its removal was cut off while its data was deleted",
      database,
      without(
        "root",
        without("nixos", without("running", drifted({ ...deletion, unit: "down", active: "inactive dead" }))),
      ),
      "update",
      [
        "removal: cut off → undone (none)",
        "root directory: its data was being deleted → made anew, empty (danger)",
        "running: false → true (none)",
      ],
    ],
    [
      "its removal was cut off while its data was deleted in place",
      database,
      drifted({ ...deletion, root: "mount" }),
      "update",
      ["removal: cut off → undone (none)", "root directory: its data was being deleted → what is left of it (danger)"],
    ],
  ];

  test.each(cases)("%s", (_, wanted, observed, action, changes) => {
    const plan = planOne(wanted, observed);
    expect(changesOf(plan)).toEqual(changes);
    expect(plan.action).toBe(action);
    expect(plan.apply.kind).toBe("run");
    expect(plan.problems).toEqual([]);
  });

  test("its configuration: a reload, and the difference line by line", () => {
    const before = container("database", { files: { "main.nix": "{\n  a = 1;\n  b = 2;\n}\n", "old.nix": "{ }\n" } });
    const after = container("database", {
      files: { "main.nix": "{\n  a = 1;\n  b = 3;\n}\n", "new.nix": "{ x = 1; }" },
    });
    const plan = planOne(after, converged(before));
    expect(plan).toMatchObject({ action: "update", effect: "reload" });
    expect(changesOf(plan)).toEqual(["config: none → none (reload)"]);
    expect(plan.config).toEqual([
      { path: "main.nix", lines: ["@@ -1,4 +1,4 @@", " {", "   a = 1;", "-  b = 2;", "+  b = 3;", " }"] },
      { path: "new.nix", lines: ["@@ -0,0 +1,1 @@", "+{ x = 1; }"] },
      { path: "old.nix", lines: ["@@ -1,1 +0,0 @@", "-{ }"] },
    ]);
    expect(applyText(plan)).toBe("run update in place: config (reload)\nthe container stays, its data is untouched");
  });

  test("only in the file that its configuration begins with", () => {
    const [before, after] = [
      { "a.nix": "{ }\n", "b.nix": "{ }\n" },
      { "b.nix": "{ }\n", "a.nix": "{ }\n" },
    ].map((files) => container("database", { files }));
    const plan = planOne(after, converged(before));
    expect(changesOf(plan)).toEqual(["config entry: a.nix → b.nix (reload)"]);
    expect(plan.config).toEqual([]);
  });

  test("and shows what was edited on the host, against the code", () => {
    const seen = converged(database);
    const path = `${seen.journal.module}/config/configuration.nix`;
    const plan = planOne(database, {
      ...seen,
      modules: new Map([...seen.modules, [path, "0".repeat(64)]]),
      texts: new Map([...seen.texts, [path, "{ evil = true; }\n"]]),
    });
    expect(plan.config).toEqual([
      { path: "configuration.nix", lines: ["@@ -1,1 +1,1 @@", "-{ evil = true; }", "+{ }"] },
    ]);
  });

  test("in what a file's last line break alone tells", () => {
    const before = container("database", { files: { "a.nix": "{ }" } });
    const after = container("database", { files: { "a.nix": "{ }\n" } });
    expect(planOne(after, converged(before)).config).toEqual([
      { path: "a.nix", lines: ["@ they differ in their last line break only"] },
    ]);
  });
});

describe("a removal that was cut off, of a container that the code declares again", () => {
  test("is undone, and nothing of it sounds as if the container went", () => {
    const plan = planOne(
      database,
      without("root", without("nixos", drifted({ ...removal, unit: "down", active: "inactive dead" }))),
    );
    expect(plan.notes).toEqual(["an earlier removal was cut off: this deploy undoes it"]);
    expect(applyText(plan)).not.toMatch(/anew|recreate|remove/);
    const marked = planOne(database, drifted(removal));
    expect(applyText(marked)).toBe(
      "run update in place: removal cut off → undone\nthe container stays, its data is untouched",
    );
  });

  test("is said to have lost its data where that was being deleted", () => {
    const plan = planOne(database, without("root", without("nixos", drifted(deletion))));
    expect(plan.effect).toBe("danger");
    expect(applyText(plan)).toContain(
      "\nits data was being deleted when the removal was cut off: it is made anew, empty",
    );
    expect(plan.notes).toContain("its data was being deleted when the removal was cut off: it is made anew, empty");
  });

  test("is undone by adopting it where its journal was lost", () => {
    const plan = planOne(database, without("journal", drifted(removal)));
    expect(plan.notes).toEqual(["an earlier removal was cut off: this deploy undoes it"]);
    expect(applyText(plan)).toContain("adopt: database, whose removal was cut off");
  });
});

describe("effects", () => {
  test("are none on a container that is down and stays down", () => {
    const stopped = container("database", { network: address, running: false });
    const moved = container("database", {
      network: { ...address, localAddress: "10.0.0.3" },
      running: false,
      files: { "configuration.nix": "{ x = 1; }\n" },
    });
    const plan = planOne(moved, converged(stopped));
    expect(changesOf(plan)).toEqual(["config: none → none (none)", "network.localAddress: 10.0.0.2 → 10.0.0.3 (none)"]);
    expect(plan.effect).toBe("none");
    const live = planOne({ ...moved, running: true }, converged({ ...stopped, running: true }));
    expect(live.effect).toBe("restart");
  });

  test("reduce to the worst", () => {
    const plan = planOne(
      container("database", {
        network: { ...address, localAddress: "10.0.0.3" },
        stateVersion: "25.11",
        files: { "configuration.nix": "{ x = 1; }\n" },
      }),
      converged(database),
    );
    expect(plan.changes.map(({ effect }) => effect)).toEqual(["reload", "danger", "restart"]);
    expect(plan.effect).toBe("danger");
  });
});

describe("a container that was there before", () => {
  test("is a conflict when nobody manages it, and adopted when asked", () => {
    const theirs = unmanaged("database");
    const refused = planOne(database, theirs);
    expect(refused).toMatchObject({ action: "conflict", apply: { kind: "settled" } });
    expect(refused.problem).toMatchObject({
      code: "conflict",
      what: "a container database is already there, and nobody manages it",
    });
    expect(refused.problem?.remedy).toContain("`adopt: true`");

    const plan = planOne({ ...database, adopt: true }, theirs);
    expect(plan).toMatchObject({ action: "adopt", stateVersion: "24.11", problems: [], effect: "restart" });
    expect(changesOf(plan)).toEqual([
      "config: its own → 1 file (reload)",
      "network.hostAddress: 10.233.1.1 → 10.0.0.1 (restart)",
      "network.localAddress: 10.233.1.2 → 10.0.0.2 (restart)",
      "copyResolvConf: false → true (restart)",
    ]);
    expect(plan.notes).toContain(
      "its stateVersion is taken to be 24.11, the release it runs: set it if its own configuration says otherwise",
    );
    expect(applyText(plan)).toBe(
      [
        "run adopt: database",
        "  config its own → 1 file (reload)",
        "  network.hostAddress 10.233.1.1 → 10.0.0.1 (restart)",
        "  network.localAddress 10.233.1.2 → 10.0.0.2 (restart)",
        "  copyResolvConf false → true (restart)",
        "the container stays, its data is untouched",
      ].join("\n"),
    );
  });

  test("is adopted again by itself when its journal was lost", () => {
    const plan = planOne(database, without("journal"));
    expect(plan).toMatchObject({ action: "adopt", config: [], problems: [] });
    expect(applyText(plan)).toContain("adopt: database, whose journal was lost");
    expect(planOne({ ...database, owner: "project/other" }, without("journal")).action).toBe("conflict");
  });

  test("is restarted by it when its profile is gone too", () => {
    const plan = planOne(database, without("journal", without("profile", drifted({}))));
    expect(plan).toMatchObject({ action: "adopt", effect: "restart" });
    expect(plan.changes).toContainEqual({
      property: "system profile",
      before: "missing",
      after: "built anew",
      effect: "restart",
    });
  });

  test("is adopted again by itself when its journal is damaged, and is still another's if that says so", () => {
    const damaged = { ...without("journal"), claim: database.owner };
    const plan = planOne(database, damaged);
    expect(plan).toMatchObject({ action: "adopt", problems: [], stateVersion: "25.05" });
    expect(plan.notes).toEqual([
      "its journal is damaged, what is left of it says that it is ours: it is adopted again, with its data",
    ]);
    expect(planOne(database, without("conf", damaged)).action).toBe("create");
    expect(planOne(database, { ...damaged, claim: "project/other" }).action).toBe("conflict");
  });

  test("is refused where it would be created on a mount point", () => {
    const remains = without("conf", without("profile", unmanaged("database", { root: "mount", unit: "down" })));
    const { problem } = planOne({ ...database, adopt: true }, remains);
    expect(problem).toMatchObject({
      code: "conflict",
      what: "/var/lib/nixos-containers/database is a mount point, and a create that fails would delete what is on it",
      remedy: "create the container before mounting it there, and adopt it",
    });
    expect(planOne({ ...database, adopt: true }, unmanaged("database", { root: "mount" })).problems).toEqual([]);
    expect(planOne(database, drifted({ root: "mount" })).problems).toEqual([]);
  });

  test("is said to have no data when its root directory is missing", () => {
    const rootless = without("root", without("nixos", unmanaged("database")));
    const plan = planOne({ ...database, adopt: true }, rootless);
    expect(plan.notes[0]).toBe(
      "it is taken over without data, for its root directory is missing; its own configuration gives way to this one",
    );
    expect(changesOf(plan)[0]).toBe("root directory: missing, and its data with it → made anew (recreate)");
  });

  test.each([
    ["its journal", converged({ ...database, owner: "project/other" })],
    ["a change under way", without("journal", drifted({ intent: { owner: "project/other", action: "create" } }))],
    ["its conf, whose journal was lost", without("journal", converged({ ...database, owner: "project/other" }))],
  ])("is a conflict when another owner is named by %s, `adopt` or not", (_, theirs) => {
    for (const adopt of [false, true]) {
      const { action, problem } = planOne({ ...database, adopt }, theirs);
      expect(action).toBe("conflict");
      expect(problem?.what).toBe('the container database belongs to "project/other", and this stack is "project/shop"');
    }
  });

  test("is a conflict when the host's configuration declares it", () => {
    const { action, problem } = planOne({ ...database, adopt: true }, unmanaged("database", { declarative: true }));
    expect(action).toBe("conflict");
    expect(problem?.what).toBe("the host's own configuration declares a container database");
    expect(problem?.remedy).toContain("take containers.database out of the host's configuration");
  });

  test("and left a directory with data is a conflict, and used again when asked", () => {
    const remains = without(
      "conf",
      without("profile", without("running", unmanaged("database", { unit: "down", active: "inactive dead" }))),
    );
    const { action, problem } = planOne(database, remains);
    expect(action).toBe("conflict");
    expect(problem?.what).toBe("the directory of database on the host holds data of an earlier container");
    const plan = planOne({ ...database, adopt: true }, remains);
    expect(plan).toMatchObject({ action: "create", effect: "danger" });
    expect(plan.notes[0]).toBe(
      "its directory on the host holds data of an earlier container, which is used again: its stateVersion is taken to be 24.11, the release that ran there last; set it if its old configuration says otherwise",
    );
    expect(plan.stateVersion).toBe("24.11");
    expect(planOne(database, without("root", remains)).action).toBe("create");
  });

  test("and runs on without a conf is a conflict that says how to stop it", () => {
    const ghost = without("conf", without("profile", unmanaged("database")));
    expect(planOne(database, ghost).problem?.remedy).toContain("machinectl terminate database");
    const adopted = planOne({ ...database, adopt: true }, ghost);
    expect(adopted.notes.join()).toMatch(
      /holds data .*,a machine of its name runs on the host, .*: it is stopped first/,
    );
    const rootless = planOne({ ...database, adopt: true }, without("root", ghost));
    expect([rootless.effect, rootless.notes]).toEqual([
      "none",
      ["a machine of its name runs on the host, though no container of that name is configured: it is stopped"],
    ]);
  });
});

describe("the state version", () => {
  test("is never moved by a host that was upgraded", () => {
    const upgraded = { nixpkgs: "/nix/store/n-25.11", nixpkgsRelease: "25.11.1.b" };
    expect(planOne(database, converged(database), upgraded)).toMatchObject({ action: "none", stateVersion: "25.05" });
    expect(planOne(database, undefined, upgraded).stateVersion).toBe("25.11");
  });

  test("is read from our own module when the journal was lost", () => {
    const built = without("journal", converged(database, { stateVersion: "23.05" }));
    expect(planOne(database, built).stateVersion).toBe("23.05");
    expect(changesOf(planOne({ ...database, stateVersion: "24.05" }, built))).toContain(
      "stateVersion: 23.05 → 24.05 (danger)",
    );
  });

  const upgraded = { release: "25.11.20251201.fedcba9" };
  const bare = { modules: new Map<string, string>(), texts: new Map<string, string>() };

  test("is read from the conf when all of ours was lost", () => {
    const lost = without("journal", { ...converged(database, { stateVersion: "23.05" }), ...upgraded, ...bare });
    const plan = planOne(database, lost);
    expect(plan).toMatchObject({ action: "adopt", stateVersion: "23.05" });
    expect(plan.changes.map(({ property }) => property)).not.toContain("stateVersion");
    expect(changesOf(planOne({ ...database, stateVersion: "25.11" }, lost))).toContain(
      "stateVersion: 23.05 → 25.11 (danger)",
    );
  });

  test("is a danger, never a quiet guess, when a container of ours was lost and nothing tells it", () => {
    const { conf = [] } = converged(database);
    const unversioned = conf.filter((line) => !line.startsWith("CDKTF_NIXOS_STATE_VERSION"));
    const lost = without("journal", drifted({ conf: unversioned, ...upgraded, ...bare }));
    const plan = planOne(database, lost);
    expect(plan).toMatchObject({ action: "adopt", effect: "danger", stateVersion: "25.11" });
    expect(changesOf(plan)).toContain("stateVersion: lost with its journal → 25.11 (danger)");
    expect(plan.notes.join()).toContain("set it to what it was made with");
    const told = planOne({ ...database, stateVersion: "25.05" }, lost);
    expect(told).toMatchObject({ effect: "reload", stateVersion: "25.05" });
  });

  test("is read from container.nix when the journal's line is empty", () => {
    const seen = converged(database, { stateVersion: "23.05" });
    const plan = planOne(database, { ...seen, journal: { ...seen.journal, stateVersion: "" }, ...upgraded });
    expect(plan).toMatchObject({ action: "none", stateVersion: "23.05" });
    const moved = planOne(
      { ...database, stateVersion: "25.11" },
      { ...seen, journal: { ...seen.journal, stateVersion: "" } },
    );
    expect(changesOf(moved)).toContain("stateVersion: 23.05 → 25.11 (danger)");
  });

  test("that was never determined stays so, for nobody changed anything", () => {
    const never = converged(database, { stateVersion: "" });
    expect(planOne(database, never)).toMatchObject({ action: "none", stateVersion: "" });
  });

  test("of a container that was retained is the one an earlier deploy wrote", () => {
    const retained = { ...without("journal", converged(database)), conf: ["PRIVATE_NETWORK=1"], ...upgraded };
    const plan = planOne({ ...database, adopt: true }, retained);
    expect(plan.stateVersion).toBe("25.05");
    expect(plan.notes).toContain("its stateVersion stays 25.05, as an earlier deploy wrote it");
    expect(changesOf(planOne({ ...database, adopt: true, stateVersion: "25.11" }, retained))).toContain(
      "stateVersion: 25.05 → 25.11 (danger)",
    );
  });

  test("is empty, and asked for, when nothing tells it", () => {
    const plan = planOne(database, undefined, { nixpkgsRelease: undefined });
    expect(plan.stateVersion).toBe("");
    expect(plan.notes[0]).toContain("its stateVersion could not be determined: set it");
    expect(planOne({ ...database, stateVersion: "25.05" }, undefined, { nixpkgsRelease: undefined }).notes).toEqual([]);
  });
});

test("what a journal leaves open is said in words, never as nothing", () => {
  const seen = converged(database);
  const patchy = { ...seen, journal: { ...seen.journal, removal: "", nixpkgs: "", nixpkgsRelease: "" } };
  const plan = planOne(database, { ...patchy, intent: { owner: database.owner, action: "" } });
  expect(changesOf(plan)).toEqual([
    "unfinished change: unknown → finished (reload)",
    "removalPolicy: not set → archive (none)",
  ]);
  expect(plan.notes.join()).toContain(`built with an unknown nixpkgs, the host now has ${release}`);
});

describe("a nixpkgs that moved", () => {
  const moved = {
    nixpkgs: "/nix/store/11111111111111111111111111111111-nixos-25.11",
    nixpkgsRelease: "25.11.20251201.bbbbbbb",
  };

  test("is a note beside a container that stays", () => {
    const plan = planOne(database, converged(database), moved);
    expect(plan.action).toBe("none");
    expect(plan.notes).toEqual([
      `built with ${release}, the host now has 25.11.20251201.bbbbbbb; the next change that builds it takes that one`,
    ]);
    expect(planOne(database, converged(database), { nixpkgs, nixpkgsRelease: release }).notes).toEqual([]);
  });

  test("is told loudly where a change builds it anew, and not where it only restarts", () => {
    const edited = container("database", { network: address, files: { "configuration.nix": "{ x = 1; }\n" } });
    expect(planOne(edited, converged(database), moved).notes).toEqual([
      `NIXPKGS MOVES WITH IT: it was built with ${release}, and is now built with 25.11.20251201.bbbbbbb, so any of its packages may change; read the release notes of 25.11`,
    ]);
    expect(planOne(database, drifted({ confTime: 3000 }), moved).notes[0]).toMatch(/^built with/);
  });

  test("is an update by itself when it is followed", () => {
    const plan = planOne({ ...database, followNixpkgs: true }, converged(database), moved);
    expect(changesOf(plan)).toEqual([`nixpkgs: ${release} → 25.11.20251201.bbbbbbb (reload)`]);
    expect(plan.notes).toEqual([]);
  });
});
