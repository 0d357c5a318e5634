import { readFileSync } from "node:fs";
import path from "node:path";
import { convergeCall, plainDialect, probeProgram, programText, reapCall, teardownCall } from "../../src/script";
import { type ProgramName, programParts } from "../../src/script/program";
import { desired } from "../script/program";
import { readState } from "./shell/program-text";
import { faultsOf, type ProgramParts } from "./shell/rules";
import { scanShell } from "./shell/scan";

const folder = path.join(__dirname, "..", "..", "src", "script");

/** What TypeScript writes before a program. */
function callOf(name: ProgramName): string {
  const planned = { action: "", base: "", stateVersion: "auto", stopFirst: [], machine: "", apply: "" };
  const probe = probeProgram({
    nonce: "",
    become: true,
    owners: [],
    sources: ["/a"],
    mounting: ["a"],
    adopted: ["a"],
    syntax: [{ sha256: "a", text: "" }],
  });
  switch (name) {
    case "converge":
      return convergeCall(desired("web", "{ }\n"), planned, plainDialect).join("\n");
    case "reap":
      return reapCall("o", [], "", plainDialect).join("\n");
    case "teardown":
      return teardownCall("o", "m", "r", plainDialect).join("\n");
    case "login":
      return probe.replace(programText("login"), "");
    case "probe":
      return probe.slice(probe.indexOf("p_reaps="), probe.indexOf(programText("probe")));
    case "ssh":
      return "receive=''";
    case "receive":
      return "size=0 receive=''";
  }
}

const programs: readonly ProgramParts[] = (Object.keys(programParts) as ProgramName[]).map((name) => ({
  name,
  parts: [
    ["the call", callOf(name)],
    ...programParts[name].map((part) => [`${part}.sh`, readFileSync(path.join(folder, `${part}.sh`), "utf8")] as const),
  ],
}));

test("the programs for hosts show what their functions take and set (CONTRIBUTING.md)", () => {
  expect(faultsOf(programs, readState(readFileSync(path.join(folder, "STATE.md"), "utf8")))).toEqual([]);
});

describe("a program that does not is found out", () => {
  const table = [
    "## p",
    "| `w_name` | once, the call | the container |",
    "| `restart` | p.sh, update | whether |",
  ].join("\n");
  const sound = `restart=no

# Takes: $1 container. Sets: got_system (empty: none).
get_system() {
  got_system=$(readlink "/profiles/$1")
}

# Takes: $1 container; restart. Fails: it does not stand.
stands() {
  get_system "$1"
  _known=$got_system
  for _part in a b; do echo "$_part $_known $restart"; done
  [ -n "$_known" ]
}

# Takes: nothing. Sets: restart.
update() {
  restart=yes
}

# Takes: nothing. Ends: the program.
refuse() { exit 1; }

update # sets restart
stands "$w_name" || refuse
echo "$restart"
`;
  const faults = (text: string, state = table): string[] =>
    faultsOf(
      [
        {
          name: "p",
          parts: [
            ["the call", "w_name=web"],
            ["p.sh", text],
          ],
        },
      ],
      readState(state),
    );
  const changed = (from: string, to: string): string => {
    expect(sound).toContain(from);
    return sound.replace(from, to);
  };

  test("the control is sound", () => {
    expect(faults(sound)).toEqual([]);
  });

  test.each([
    ["no head", "# Takes: nothing. Sets: restart.\n", "", "p.sh: update: has no head: # Takes: …"],
    [
      "an argument that its head leaves out",
      "Takes: $1 container; restart",
      "Takes: restart",
      "p.sh: stands: takes $1, and its head does not say so",
    ],
    [
      "an argument that it does not take",
      "Takes: nothing. Ends",
      "Takes: $1 reason. Ends",
      "p.sh: refuse: its head says that it takes $1",
    ],
    [
      "state that it sets and its head leaves out",
      " Sets: restart.",
      "",
      "p.sh: update: sets restart, and its head does not say so",
    ],
    [
      "state that its head says it sets",
      "  restart=yes\n",
      "  :\n",
      "p.sh: update: its head says that it sets restart",
    ],
    [
      "state that it reads and its head leaves out",
      "container; restart",
      "container",
      "p.sh: stands: reads restart, and its head does not say so",
    ],
    [
      "state that its head says it reads",
      ' $restart"; done',
      '"; done',
      "p.sh: stands: its head says that it takes restart",
    ],
    [
      "a variable that nobody declared",
      "restart=yes",
      "restart=yes moved=yes",
      "p.sh: update: sets moved, which STATE.md does not name",
    ],
    [
      "one that is read only",
      "restart=yes",
      "restart=$moved",
      "p.sh: update: reads moved, which STATE.md does not name",
    ],
    [
      "a result that it sets and its head leaves out",
      " Sets: got_system (empty: none).",
      "",
      "p.sh: get_system: sets got_system, and its head does not say so",
    ],
    [
      "a result of another name",
      "got_system=$(",
      "got_systems=$(",
      "p.sh: get_system: sets got_systems, and its head does not say so",
    ],
    [
      "a result that nothing was called for",
      '  get_system "$1"\n',
      "",
      "p.sh: stands: reads got_system, and has not set it",
    ],
    [
      "a result that was called for in a subshell only",
      '  get_system "$1"\n',
      '  (get_system "$1")\n',
      "p.sh: stands: reads got_system, and has not set it",
    ],
    [
      "a result that is another's by now",
      "  _known=$got_system",
      "  both\n  _known=$got_system",
      "p.sh: stands: reads got_system after both has set it anew",
    ],
    ["another function's own", "restart=yes", "restart=$_known", "p.sh: update: reads _known, and has not set it"],
    [
      "its own that is set after it is read",
      "restart=yes",
      'restart=$_late\n  _late=""',
      "p.sh: update: reads _late, and has not set it",
    ],
    [
      "its own that what it calls has too",
      "  restart=yes",
      "  _known=''\n  stands a || restart=$_known",
      "p.sh: update: has _known for its own, as stands has, which it calls",
    ],
    [
      "a call that does not show what it sets",
      "update # sets restart",
      "update",
      "p.sh: start: calls update without # sets restart",
    ],
    [
      "a line that shows what it does not set",
      "|| refuse",
      "|| refuse # sets restart",
      "p.sh: start: a line says that it sets restart",
    ],
    [
      "a status that means nothing",
      "update # sets",
      "! update # sets",
      "p.sh: start: looks at the status of update, whose head says nothing of it",
    ],
    [
      "such a status at an if",
      "update # sets restart",
      "if update; then :; fi # sets restart",
      "p.sh: start: looks at the status of update, whose head says nothing of it",
    ],
    [
      "its own name in its head",
      "Takes: nothing. Sets: restart",
      "Takes: nothing. Sets: restart, _a",
      "p.sh: update: its head names _a, which is its own",
    ],
  ])("%s", (_what, from, to, fault) => {
    const both = "\n# Takes: nothing.\nboth() {\n  get_system a\n}\n";
    expect(faults(changed(from, to) + both)).toContain(fault);
  });

  test.each([
    ["is never set", `${table}\n| \`gone\` | work | nothing |`, "STATE.md: gone is never set"],
    ["is never read", `${table}\n| \`gone\` | work | nothing |`, "STATE.md: gone is never read"],
    [
      "is set by others than it says",
      table.replace("p.sh, update", "update"),
      "STATE.md: restart is set by p.sh, update",
    ],
    [
      "stands there twice",
      `${table}\n| \`restart\` | p.sh, update | whether |`,
      "STATE.md: p restart stands there twice",
    ],
  ])("state that %s", (_what, state, fault) => {
    expect(faults(sound, state)).toContain(fault);
  });
});

describe("the reader of shell", () => {
  const seen = (text: string): string =>
    scanShell(text)
      .map(({ kind, name, apart, tested }) => `${kind} ${name}${apart ? " apart" : ""}${tested ? " tested" : ""}`)
      .join(", ");

  test.each([
    ["a=$b", "get b, set a"],
    ["a=1 b", "set a, call b"],
    ["'$a' \"$b\" \\$c", "call '$a', get b"],
    ['x "${a:-$b}" "${a#"$c"}" "${#d}" "${e:=1}"', "call x, get a, get b, get a, get c, get d, get e, set e"],
    ["x $((a + 0x$b))", "call x, get a, get b"],
    ["x $(y $a)", "call x, call y apart, get a apart"],
    ["x | y\nz &", "call x apart, call y, call z apart"],
    ["(x; a=1)", "call x apart, set a apart"],
    ["if x; then y; fi", "call x tested, call y"],
    ["! x\nx || y && z", "call x tested, call x tested, call y tested, call z"],
    ["case $a in x | y) z ;; *) $b ;; esac", "call case, get a, call z, call $b, get b"],
    ["for a in $b; do x; done", "call for, set a, get b, call x"],
    ["while read -r a _b; do x; done", "call read tested, set a, set _b, call x"],
    ["x <<E\n$a\nE\ny <<'E'\n$b\nE\nz", "call x, get a, call y, call z"],
    ["x # $a\n# y\nz >$b 2>&1", "call x, call z, get b"],
    ['eval "a=\\$b$c"', "call eval, get c, set a"],
  ])("understands %s", (text, events) => {
    expect(seen(text)).toBe(events);
  });
});
