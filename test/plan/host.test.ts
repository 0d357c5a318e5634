import { problemText } from "../../src/model/error";
import { planApp } from "../../src/plan";
import {
  app,
  applyText,
  container,
  converged,
  machineOf,
  only,
  planHost,
  planOne,
  seen,
  unmanaged,
  unseen,
} from "./support/model";

const database = container("database");
const problemsOf = (plan: ReturnType<typeof planHost>): string[] =>
  plan.hosts.flatMap(({ problems }) => problems.map(problemText));

describe("A1: a host whose machine-id changed", () => {
  const notesWith = (machine: string): string[] => {
    const seen = converged(database);
    return planHost([database], [{ ...seen, journal: { ...seen.journal, machine } }]).hosts.flatMap(
      ({ notes }) => notes,
    );
  };

  test("is told to keep it, and what a destroy without a deploy does", () => {
    expect(notesWith("f".repeat(32))).toEqual([
      `its machine-id changed since the last deploy (${"f".repeat(32)} → ${machineOf("shop/web1")}): a destroy without a deploy before it fails then. Keep /etc/machine-id over reboots, or restore it`,
    ]);
  });

  test.each([machineOf("shop/web1"), "", "address of web1"])("is not one that was deployed under %j", (machine) => {
    expect(notesWith(machine)).toEqual([]);
  });
});

describe("a host that was not observed", () => {
  test("because its address is known after apply: settled by words that do not change, and never refused", () => {
    const plan = planApp(app([unseen("shop/web1", { kind: "unobserved", reason: "address" })], [database]));
    const { action, base, stateVersion, problems, ...rest } = only(plan.containers);
    expect({ action, base, stateVersion, problems }).toEqual({
      action: "none",
      base: "any",
      stateVersion: "auto",
      problems: [],
    });
    expect(applyText(rest)).toBe(
      "settled not observed: the address of web1 is only known after apply; converge runs when the configuration changes",
    );
    expect(only(plan.hosts).notes[0]).toContain("its address is only known after apply");
    expect(only(plan.hosts).problems).toEqual([]);
    expect(only(plan.removals)).toMatchObject({ containers: [], apply: { kind: "settled" } });
  });

  test("because observation is off: the same, and a problem of the host", () => {
    const wanted = container("database", { stateVersion: "25.05" });
    const plan = planApp(app([unseen("shop/web1", { kind: "unobserved", reason: "off" })], [wanted]));
    expect(only(plan.containers)).toMatchObject({ action: "none", base: "any", stateVersion: "25.05" });
    expect(problemsOf(plan).join()).toContain("observation is off");
  });

  test("because it failed: its problem everywhere, and never a create", () => {
    const plan = planApp(
      app(
        [
          unseen("shop/web1", {
            kind: "failed",
            what: "web1 cannot be reached",
            remedy: "see that it is up",
            detail: "ssh: timed out",
          }),
          seen("shop/web2", []),
        ],
        [database, container("other", { host: "shop/web2" })],
      ),
    );
    const [failed, fine] = plan.containers;
    expect(failed).toMatchObject({
      action: "none",
      base: "unknown",
      problem: { code: "connection", what: "web1 cannot be reached" },
    });
    expect(fine).toMatchObject({ action: "create", problems: [] });
    expect(plan.removals.map(({ apply }) => apply)).toEqual([
      { kind: "settled", token: "not planned: web1 could not be observed" },
      { kind: "settled", token: "nothing to remove" },
    ]);
    expect(problemsOf(plan)).toEqual([
      "web1 cannot be reached (construct shop/web1, host web1)\n  | ssh: timed out\n  → see that it is up",
    ]);
  });
});

describe("a host's troubles", () => {
  test.each([
    ["no-tool", "the host has no nixos-container", "boot.enableContainers = true;"],
    ["no-unit", "the host has no container@.service", "boot.enableContainers = true;"],
    ["not-root", "is not root", "leave `become` out"],
    ["sudo", "cannot become root with sudo", "security.sudo.wheelNeedsPassword = false;"],
    ["noexec", "Terraform cannot run its scripts", "without noexec"],
    ["not-home", "do not start in the home directory", "take the `cd` out"],
    ["no-run", "runs no file by its path", "not restricted"],
    ["no-scp", "lacks a command that Terraform uploads", "put scp (of OpenSSH)"],
    ["no-pty", "refuses a terminal", "PermitTTY yes"],
    ["no-pty-key", "refuses a terminal for this key", "`restrict,pty`"],
    ["layout", "keeps its containers where we do not know our way", "docs/host.md"],
    ["brand-new", "the probe reports brand-new", "see what it says"],
  ])("%s is told with its remedy", (word, what, remedy) => {
    const text = problemsOf(planHost([database], [], { troubles: [{ word, text: "its own words" }] })).join();
    expect(text).toContain(what);
    expect(text).toContain(remedy);
    expect(text).toContain("  | its own words");
    expect(problemsOf(planHost([database], []))).toEqual([]);
  });

  test.each(["noexec", "not-home", "no-run", "no-scp", "no-pty", "no-pty-key", "noisy-shell"])(
    "%s only stands in the way of Terraform's own client",
    (word) => {
      const trouble = { troubles: [{ word, text: "its own words" }] };
      expect(problemsOf(planHost([database], [], trouble)).join()).toContain('or set transport: "ssh" on the host');
      const input = app([seen("shop/web1", [], trouble)], []);
      const hosts = input.hosts.map((one) => ({ ...one, host: { ...one.host, transport: "ssh" as const } }));
      expect(problemsOf(planApp({ ...input, hosts }))).toEqual([]);
    },
  );

  test("what Terraform's client cannot do is told, one problem each, and what is good to know is a note", () => {
    const fault = (what: string): { what: string; remedy: string } => ({ what, remedy: "do this" });
    const input = app([seen("shop/web1", [])], []);
    const hosts = input.hosts.map((one) => ({
      ...one,
      observation: {
        ...one.observation,
        faults: [fault("no cipher"), fault("two steps")],
        notes: ["mind the address"],
      },
    }));
    const plan = planApp({ ...input, hosts });
    expect(problemsOf(plan).map((text) => text.split("\n"))).toEqual([
      ["no cipher (construct shop/web1, host web1)", "  → do this"],
      ["two steps (construct shop/web1, host web1)", "  → do this"],
    ]);
    expect(plan.hosts[0]?.notes).toEqual(["mind the address"]);
  });

  test("no nixpkgs matters only where something must be built", () => {
    const bare = { nixpkgs: undefined, troubles: [{ word: "no-nixpkgs", text: "" }] };
    expect(problemsOf(planHost([database], [], bare)).join()).toContain("no nixpkgs to build containers with");
    expect(problemsOf(planHost([database], [converged(database)], bare))).toEqual([]);
    const stopped = { ...converged(database), unit: "down" as const };
    expect(problemsOf(planHost([database], [stopped], bare))).toEqual([]);
  });

  test("two constructs of one machine are both told of the other, and nothing is removed there", () => {
    const machine = { machineId: "m" };
    const left = converged(container("left"));
    const input = app([seen("shop/web1", [left], machine), seen("shop/web2", [left], machine)], []);
    const plan = planApp(input);
    expect(problemsOf(plan).map((text) => text.split("\n")[0])).toEqual([
      "web1 is the same machine as shop/web2 (machine-id m) (construct shop/web1, host web1)",
      "web2 is the same machine as shop/web1 (machine-id m) (construct shop/web2, host web2)",
    ]);
    expect(plan.removals.flatMap(({ containers }) => containers)).toEqual([]);
    const apart = planApp(app([seen("shop/web1", [left], machine), seen("shop/web2", [left], { machineId: "n" })], []));
    expect(problemsOf(apart)).toEqual([]);
    expect(apart.removals.flatMap(({ containers }) => containers)).toHaveLength(2);
  });

  test("two stacks of one owner on it are refused", () => {
    const input = app([seen("shop/web1", [])], [], ["shop", "blog"]);
    expect(problemsOf(planApp(input))).toEqual([]);
    const same = { ...input, owners: input.owners.map((owner) => ({ ...owner, owner: "us" })) };
    expect(problemsOf(planApp(same)).join()).toContain('the stacks blog and shop have the same owner "us" on it');
  });
});

describe("what a container needs of its host", () => {
  const refusals: readonly (readonly [string, ReturnType<typeof container>, Parameters<typeof planOne>[2], string])[] =
    [
      [
        "a bridge that is missing",
        container("web", { network: { hostBridge: "br7", localAddress: "10.0.0.2/24" } }),
        {},
        'network.hostBridge "br7" does not exist on the host',
      ],
      [
        "an interface that is no bridge",
        container("web", { network: { hostBridge: "eth1", localAddress: "10.0.0.2/24" } }),
        {},
        'network.hostBridge "eth1" is an interface of the host, but no bridge',
      ],
      [
        "an interface that is missing",
        container("web", { network: { interfaces: ["eth7:lan0"] } }),
        {},
        'network.interfaces names "eth7", which does not exist on the host',
      ],
      [
        "a macvlan's interface that is missing",
        container("web", { network: { macvlans: ["eth7"] } }),
        {},
        'network.macvlans names "eth7", which does not exist on the host',
      ],
      [
        "a bind source that is missing",
        container("web", { bindMounts: { "/data": { hostPath: "/srv/data" } } }),
        { sources: new Map([["/srv/data", "missing" as const]]) },
        'bindMounts hostPath "/srv/data" does not exist on the host',
      ],
      [
        "no. 29: a network namespace that does not exist",
        container("web", { network: { networkNamespace: "/run/netns/blue" } }),
        { sources: new Map([["/run/netns/blue", "missing" as const]]) },
        'network.networkNamespace "/run/netns/blue" does not exist on the host',
      ],
      [
        "the port that the host is reached through",
        container("web", {
          network: {
            forwardPorts: [{ protocol: "udp", hostPort: 22 }, { hostPort: 22 }],
            localAddress: "10.0.0.2",
            hostAddress: "10.0.0.1",
          },
        }),
        { sshServer: { address: "192.0.2.10", port: 22 } },
        "network.forwardPorts takes tcp port 22, through which the host itself is reached over SSH",
      ],
      [
        "the interface that the host is reached through",
        container("web", { network: { interfaces: ["eth0:lan0"] } }),
        { sshServer: { address: "192.0.2.10", port: 22 } },
        'network.interfaces takes "eth0", through which the host itself is reached over SSH (192.0.2.10)',
      ],
      [
        "the loopback interface",
        container("web", { network: { macvlans: ["lo"] } }),
        {},
        'network names the interface "lo", which every network has for itself',
      ],
      [
        "an address that the host has itself",
        container("web", { network: { hostAddress: "10.0.0.1", localAddress: "192.0.2.10" } }),
        {},
        "network.localAddress 192.0.2.10 is already an address of the host itself, on eth0",
      ],
      [
        "autoStart where nothing can be written",
        container("web", { autoStart: true }),
        { systemControl: "read-only" },
        "autoStart needs /etc/systemd/system.control",
      ],
      [
        "F11: an order at boot where nothing can be written",
        container("web", { autoStart: true, bindMounts: { "/x": {} } }),
        { systemControl: "read-only" },
        "autoStart needs /etc/systemd/system.control",
      ],
      [
        "a start timeout where nothing can be written",
        container("web", { timeouts: { start: 90 } }),
        { systemControl: "read-only" },
        "timeouts.start needs /etc/systemd/system.control",
      ],
    ];

  test.each(refusals)("%s is told before anything is tried", (_, wanted, change, what) => {
    const plan = planOne(wanted, undefined, change);
    expect(plan.problem?.what).toContain(what);
    expect(plan.problem?.where).toEqual({ construct: "shop/web", host: "web1", container: "web" });
    expect(planOne(wanted, converged(wanted), change).problems).toEqual([]);
  });

  test("an interface is not missed that the container holds itself, its conf lost", () => {
    const wanted = container("web", { network: { interfaces: ["eth7"] } });
    const { conf: _conf, ...lost } = converged(wanted);
    expect(planOne(wanted, lost)).toMatchObject({ action: "update", effect: "restart", problems: [] });
  });

  test("a masked unit is told where it would be started or reloaded, and not where nothing is to do", () => {
    const wanted = container("web");
    const masked = { ...converged(wanted), masked: true };
    expect(planOne(wanted, masked).problems).toEqual([]);
    expect(planOne(container("web", { autoStart: true }), masked).problem?.what).toBe(
      "its unit container@web.service is masked on the host, so that nothing can start or reload it",
    );
    expect(planOne(container("web", { running: false }), masked).problems).toEqual([]);
  });

  test("is told with a remedy that fits: no bridge by the name of an interface, no folder in a file's place", () => {
    const bridged = (hostBridge: string) => planOne(container("web", { network: { hostBridge } }), undefined).problem;
    expect(bridged("br7")?.remedy).toBe(
      "declare it in the host's configuration: networking.bridges.br7.interfaces = [ … ];",
    );
    expect(bridged("eth1")?.remedy).toBe(
      "give the name of a bridge: one that exists (`ip link show type bridge`), or one declared in the host's configuration under a name of its own (networking.bridges.NAME.interfaces = [ … ];)",
    );
    const mounted = container("web", { bindMounts: { "/etc/passwd": {} } });
    const sources = { sources: new Map([["/etc/passwd", "missing" as const]]) };
    expect(planOne(mounted, undefined, sources).problem?.remedy).toBe(
      'create it there, as the directory or file it is to be: systemd.tmpfiles.rules = [ "d /etc/passwd 0755 root root -" ]; makes a directory, "f" in place of "d" an empty file',
    );
    const device = container("web", { bindMounts: { "/dev/dri": {} } });
    const none = { sources: new Map([["/dev/dri", "missing" as const]]) };
    expect(planOne(device, undefined, none).problem?.remedy).toBe(
      "look on the host whether it has another name there, or its driver is not loaded: boot.kernelModules = [ … ];",
    );
  });

  test("is all told at once", () => {
    const wanted = container("web", { network: { macvlans: ["eth7"], interfaces: ["eth8"] } });
    expect(planOne(wanted, undefined).problems).toHaveLength(2);
    expect(
      planOne(container("web", { network: { macvlans: ["eth0"], interfaces: ["eth1"] } }), undefined).problems,
    ).toEqual([]);
  });

  test("may be an interface that a running container of its host has borrowed", () => {
    const old = container("old", { network: { interfaces: ["eth8"] } });
    const wanted = container("web", { network: { interfaces: ["eth8"] } });
    const plan = planHost([wanted], [converged(old)]);
    expect(only(plan.containers)).toMatchObject({ problems: [], stopFirst: ["old"] });
  });

  test("is a note where ports are forwarded and the host forwards nothing", () => {
    const wanted = container("web", {
      network: {
        privateNetwork: true,
        hostAddress: "10.0.0.1",
        localAddress: "10.0.0.2",
        forwardPorts: [{ hostPort: 80 }],
      },
    });
    expect(planOne(wanted, undefined, { ipForward: false }).notes.join()).toContain("ip_forward is off");
    expect(planOne(wanted, undefined).notes.join()).not.toContain("ip_forward");
  });
});

test("a module file that the host's nix cannot read is told with nix's own words", () => {
  const wanted = container("web", { files: { "web.nix": "{ a = ; }" } });
  const digest = converged(wanted).modules.get(`${converged(wanted).journal.module}/config/web.nix`) ?? "";
  const plan = planOne(wanted, undefined, {
    syntax: new Map([[digest, "error: syntax error, unexpected ';'\n at 1:7"]]),
  });
  expect(plan.problem).toMatchObject({
    code: "config",
    what: 'config file "web.nix" is not valid Nix',
    detail: "error: syntax error, unexpected ';'\n at 1:7",
  });
  expect(planOne(wanted, undefined, { syntax: new Map([[digest, undefined]]) }).problems).toEqual([]);
});

test("what a host says is never printed with control characters", () => {
  const hostile = unmanaged("database", { conf: ["LOCAL_ADDRESS=\u001b[31mred\u0007", `EVIL=${"x".repeat(5000)}`] });
  const plan = planOne({ ...database, adopt: true }, hostile);
  const text = JSON.stringify(plan.changes) + applyText(plan);

  expect(applyText(plan)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(text).toContain("\\u{1b}[31mred\\\\u{7}".replace("\\\\", "\\"));
  expect(applyText(plan).length).toBeLessThan(1000);
});

describe("what a stack of the same name deployed under another owner", () => {
  const theirs = (name: string, owner: string) => converged(container(name, { owner }));
  const notesOf = (declared: readonly ReturnType<typeof container>[], ...found: ReturnType<typeof theirs>[]) =>
    only(planHost(declared, found).hosts).notes;

  test("is named where the code does not declare it, and never stands in the way", () => {
    expect(notesOf([], theirs("b", "old/shop"), theirs("a", "old/shop"))).toEqual([
      'a and b belong to "old/shop", and this stack is "project/shop": if the owner or projectId was changed, set it back to remove them, or to let go of them with removalPolicy: "retain" before adopting them here; what another checkout deployed is left alone',
    ]);
    expect(notesOf([], theirs("a", "old/shop"))[0]).toContain('a belongs to "old/shop"');
    expect(problemsOf(planHost([], [theirs("a", "old/shop")]))).toEqual([]);
  });

  test("is a conflict, and no note, where the code declares it", () => {
    expect(notesOf([container("a")], theirs("a", "old/shop"))).toEqual([]);
    expect(only(planHost([container("a")], [theirs("a", "old/shop")]).containers).action).toBe("conflict");
  });

  test("is another's where the stack has another name", () => {
    expect(notesOf([], theirs("a", "old/blog"), theirs("b", "project/blog"))).toEqual([]);
  });
});

test("a container on a host that is not in the input is an error of the caller", () => {
  expect(() => planApp(app([], [database]))).toThrow('"shop/web1", which is no host of the app');
});
