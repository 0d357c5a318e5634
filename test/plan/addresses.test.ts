import { createHash } from "node:crypto";
import type { DesiredHost } from "../../src/model/host";
import type { ObservedContainer, ObservedHost } from "../../src/model/observed";
import { addressNumber, overlap, tryParseSubnet } from "../../src/model/subnet";
import { type AppInput, planApp, type PlannedContainer, type Settled, settleAddresses } from "../../src/plan";
import { fc } from "../support/properties";
import { container, converged, host, seen, unmanaged, type Wanted } from "./support/model";

const place = "shop/web1";
const auto: Wanted = { network: { privateNetwork: true } };

interface Around {
  readonly containers?: readonly ObservedContainer[];
  readonly change?: Partial<ObservedHost>;
  readonly network?: DesiredHost["containerNetwork"];
}

function inputOf(
  wanted: readonly PlannedContainer[],
  { containers = [], change = {}, network }: Around = {},
): AppInput {
  const planned = seen(place, containers, change);
  return {
    hosts: [{ ...planned, host: { ...planned.host, ...(network && { containerNetwork: network }) } }],
    containers: wanted,
    owners: [{ stack: "shop", owner: "project/shop", hosts: [place] }],
  };
}

/** What containers of these names get, in the order given. */
function localsOf(settled: Settled): Record<string, string | undefined> {
  return Object.fromEntries(settled.input.containers.map(({ name, network }) => [name, network.localAddress]));
}

const settle = (wanted: readonly PlannedContainer[], around?: Around): Settled =>
  settleAddresses(inputOf(wanted, around));

/** What the plan says of the only container. */
function problemsOf(settled: Settled): string[] {
  return planApp(settled.input).containers.flatMap(({ problems }) =>
    problems.map(({ what, remedy }) => `${what} → ${remedy}`),
  );
}

describe("a private network without addresses", () => {
  test("gets the lowest pair that is free, as nixos-container takes them, and the plan says why", () => {
    const settled = settle([container("web", auto)], { containers: [unmanaged("other")] });
    expect(settled.input.containers[0]?.network).toMatchObject({
      hostAddress: "10.233.2.1",
      localAddress: "10.233.2.2",
    });
    const [plan] = planApp(settled.input).containers;
    expect(plan?.changes).toEqual(
      expect.arrayContaining([
        { property: "network.hostAddress", after: "10.233.2.1", effect: "none" },
        { property: "network.localAddress", after: "10.233.2.2", effect: "none" },
      ]),
    );
    expect(plan?.notes).toContain("network.localAddress 10.233.2.2 is the lowest that is free in 10.233.0.0/16");
  });

  test("keeps what its conf says, outside of the pool and under another owner's hand too", () => {
    const conf = ["PRIVATE_NETWORK=1", "HOST_ADDRESS=192.168.7.1", 'LOCAL_ADDRESS="192.168.7.2"'];
    for (const there of [unmanaged("web", { conf }), { ...converged(container("web", auto)), conf }]) {
      const settled = settle([container("web", { ...auto, adopt: true })], { containers: [there] });
      expect(localsOf(settled)).toEqual({ web: "192.168.7.2" });
      expect(planApp(settled.input).containers[0]?.notes.join()).not.toContain("lowest");
    }
  });

  test("of a pair of which only one end stands in its conf, the other is the one beside it", () => {
    for (const line of ["HOST_ADDRESS=10.9.0.5", "LOCAL_ADDRESS=10.9.0.6"]) {
      const there = unmanaged("web", { conf: ["PRIVATE_NETWORK=1", line] });
      const settled = settle([container("web", { ...auto, adopt: true })], { containers: [there] });
      expect(settled.input.containers[0]?.network).toMatchObject({
        hostAddress: "10.9.0.5",
        localAddress: "10.9.0.6",
      });
    }
  });

  test("without its conf, the host's end of a running one tells the pair", () => {
    const { conf: _, ...lost } = converged(container("web", auto));
    const change = { addresses: ["ve-web 10.233.9.1/32", "ve-web fe80::1/64"], routes: ["ve-web 10.233.9.2"] };
    expect(localsOf(settle([container("web", auto)], { containers: [lost], change }))).toEqual({ web: "10.233.9.2" });
    expect(localsOf(settle([container("web", auto)], { containers: [lost] }))).toEqual({ web: "10.233.2.2" });
  });

  test("a stopped one that lost its conf keeps what its journal says, and no other gets that", () => {
    const wanted = ["a", "web"].map((name) => container(name, auto));
    const { conf: _, journal, ...lost } = converged(wanted[1] ?? container("web", auto));
    const noted = { ...journal, network: "HOST_ADDRESS=10.233.2.1 LOCAL_ADDRESS=10.233.2.2" };
    for (const unit of ["up", "down"] as const) {
      const containers = [{ ...lost, unit, journal: noted }];
      expect(localsOf(settle(wanted, { containers }))).toEqual({ a: "10.233.3.2", web: "10.233.2.2" });
      expect(localsOf(settle(wanted.slice(0, 1), { containers }))).toEqual({ a: "10.233.3.2" });
    }
    const change = { addresses: ["ve-web 10.233.9.1/32"] };
    const containers = [{ ...lost, journal: noted }];
    expect(localsOf(settle(wanted, { containers, change }))["web"]).toBe("10.233.9.2"); // what runs goes before what is noted
  });

  test("one whose conf has lost its addresses gets those of its journal back", () => {
    const wanted = ["a", "web"].map((name) => container(name, auto));
    const there = converged(wanted[1] ?? container("web", auto));
    const journal = { ...there.journal, network: "HOST_ADDRESS=10.233.2.1 LOCAL_ADDRESS=10.233.2.2" };
    for (const lines of [[], ["HOST_ADDRESS=10.233.2.1"], ["LOCAL_ADDRESS=nonsense"]]) {
      const containers = [{ ...there, journal, conf: ["PRIVATE_NETWORK=1", ...lines] }];
      expect(localsOf(settle(wanted, { containers }))).toEqual({ a: "10.233.3.2", web: "10.233.2.2" });
    }
  });

  test.each([
    ["two ends that are one", ["HOST_ADDRESS=10.9.0.1", "LOCAL_ADDRESS=10.9.0.1"]],
    ["no address", ["HOST_ADDRESS=somewhere", "LOCAL_ADDRESS=else"]],
    ["the other family", ["HOST_ADDRESS=fd00::1", "LOCAL_ADDRESS=fd00::2"]],
  ])("what is no sound pair is not kept: %s", (_what, conf) => {
    const there = { ...converged(container("web", auto)), conf };
    expect(localsOf(settle([container("web", auto)], { containers: [there] }))).not.toEqual({
      web: expect.stringMatching(/^10\.9/) as unknown,
    });
  });

  test("of two that have one pair, the one that runs keeps it", () => {
    const conf = ["PRIVATE_NETWORK=1", "HOST_ADDRESS=10.233.7.1", "LOCAL_ADDRESS=10.233.7.2"];
    const [one, two] = ["one", "two"].map((name) => container(name, auto));
    if (!one || !two) throw new Error("two containers");
    const containers = [
      { ...converged(one), conf, unit: "down" as const },
      { ...converged(two), conf },
    ];
    expect(localsOf(settle([one, two], { containers }))).toEqual({ one: "10.233.2.2", two: "10.233.7.2" });
  });

  test("where the code gives another container what one has and keeps, that is refused", () => {
    const web = container("web", auto);
    const conf = ["PRIVATE_NETWORK=1", "HOST_ADDRESS=10.233.7.1", "LOCAL_ADDRESS=10.233.7.2"];
    const greedy = container("a", { network: { hostAddress: "10.233.7.1", localAddress: "10.233.7.2" } });
    for (const wanted of [
      [web, greedy],
      [greedy, web],
    ]) {
      const settled = settle(wanted, { containers: [{ ...converged(web), conf }] });
      expect(localsOf(settled)["web"]).toBe("10.233.7.2");
      const plans = planApp(settled.input).containers;
      expect(plans.find(({ name }) => name === "a")?.problems.map(({ what }) => what)).toContain(
        "network.localAddress 10.233.7.2 is also that of shop/web (container web) on the same host",
      );
      expect(plans.find(({ name }) => name === "web")?.problems).toEqual([]);
    }
  });

  test("IPv6 pairs come from a prefix that the machine-id tells, or from the host's own", () => {
    const both = container("web", { network: { localAddress: "auto", localAddress6: "auto" } });
    const settled = settle([both]);
    const { hostAddress6 = "", localAddress6 = "", localAddress } = settled.input.containers[0]?.network ?? {};
    expect(localAddress).toBe("10.233.2.2");
    expect(hostAddress6).toMatch(/^fd[0-9a-f:]+:1::1$/);
    expect(addressNumber(localAddress6) - addressNumber(hostAddress6)).toBe(1n);
    expect(settle([both]).input.containers[0]?.network.localAddress6).toBe(localAddress6);
    const other = settle([both], { change: { machineId: "2".repeat(32) } });
    expect(other.input.containers[0]?.network.localAddress6).not.toBe(localAddress6);
    const own = settle([both], { network: { pool6: "fd12:3456:789a::/48" } });
    expect(own.input.containers[0]?.network.localAddress6).toBe("fd12:3456:789a:1::2");
  });

  test("a narrow pool has a pair every four addresses", () => {
    const wanted = ["c", "a", "b"].map((name) => container(name, auto));
    expect(localsOf(settle(wanted, { network: { pool: "10.5.5.0/29" } }))).toMatchObject({
      a: "10.5.5.2",
      b: "10.5.5.6",
    });
    expect(problemsOf(settle(wanted, { network: { pool: "10.5.5.0/29" } }))).toEqual([
      "network.localAddress is to be chosen from 10.5.5.0/29, where no pair is free: 4 of its addresses are taken" +
        ' → give the host another pool (who has an address keeps it), like containerNetwork: { pool: "10.234.0.0/16" }, or the container its addresses',
    ]);
  });

  test("a pool that overlaps a network of the host's own is refused, with one that does not", () => {
    const change = { addresses: ["eth0 10.233.4.7/24", "eth1 10.234.0.1/16"] };
    expect(problemsOf(settle([container("web", auto)], { change }))).toEqual([
      "network.localAddress is to be chosen from 10.233.0.0/16, which overlaps 10.233.4.0/24, a network of the host's own (eth0)" +
        ' → give the host another pool, like containerNetwork: { pool: "10.235.0.0/16" }, or the container its addresses',
    ]);
    const routes = ["wg0 10.233.8.0/24", "ve-other 10.233.2.0/24", "eth0 10.0.0.0/8", "wg0 10.233.1.2"];
    expect(problemsOf(settle([container("web", auto)], { change: { routes } }))).toEqual([
      "network.localAddress is to be chosen from 10.233.0.0/16, which overlaps 10.233.8.0/24, where a route of the host's leads (wg0)" +
        ' → give the host another pool, like containerNetwork: { pool: "10.234.0.0/16" }, or the container its addresses',
    ]);
    // A single address is somebody's; a wider route leaves what is within to those who are nearer.
    const lone = { addresses: [], routes: ["eth0 10.0.0.0/8", "wg0 10.233.1.2"] };
    expect(localsOf(settle([container("web", auto)], { change: lone }))).toEqual({ web: "10.233.2.2" });
    // Who has a pair needs no pool.
    const conf = ["PRIVATE_NETWORK=1", "HOST_ADDRESS=10.233.7.1", "LOCAL_ADDRESS=10.233.7.2"];
    const web = container("web", auto);
    expect(problemsOf(settle([web], { change, containers: [{ ...converged(web), conf }] }))).toEqual([]);
  });
});

describe("on a bridge", () => {
  const bridged = (more: object = {}): PlannedContainer =>
    container("web", { network: { hostBridge: "br0", localAddress: "auto", ...more } });
  const change = { addresses: ["br0 10.50.0.1/24", "br0 fd50::1/64", "br0 fe80::1/64"] };

  test("it gets the lowest free address of the bridge's network, and the host as its gateway", () => {
    const other = unmanaged("other", { conf: ["HOST_BRIDGE=br0", "LOCAL_ADDRESS=10.50.0.2/24"] });
    const settled = settle([bridged({ localAddress6: "auto" })], { change, containers: [other] });
    expect(settled.input.containers[0]?.network).toMatchObject({
      hostAddress: "10.50.0.1",
      localAddress: "10.50.0.3/24",
      hostAddress6: "fd50::1",
      localAddress6: "fd50::2/64",
    });
    expect(problemsOf(settled)).toEqual([]);
  });

  test("a gateway that is given stays, and chooses the network where the bridge has several", () => {
    const several = { addresses: ["br0 10.50.0.1/24", "br0 10.60.0.1/16"] };
    const settled = settle([bridged({ hostAddress: "10.60.9.9" })], { change: several });
    expect(settled.input.containers[0]?.network).toMatchObject({
      hostAddress: "10.60.9.9",
      localAddress: "10.60.0.2/16",
    });
  });

  test("it keeps what it has on this bridge, with its gateway", () => {
    const conf = ["PRIVATE_NETWORK=1", "HOST_BRIDGE=br0", "HOST_ADDRESS=10.50.0.254", "LOCAL_ADDRESS=10.50.0.77/24"];
    const settled = settle([bridged()], { change, containers: [{ ...converged(bridged()), conf }] });
    expect(settled.input.containers[0]?.network).toMatchObject({
      hostAddress: "10.50.0.254",
      localAddress: "10.50.0.77/24",
    });
    const moved = conf.map((line) => line.replace("=br0", "=br1"));
    expect(localsOf(settle([bridged()], { change, containers: [{ ...converged(bridged()), conf: moved }] }))).toEqual({
      web: "10.50.0.2/24",
    });
  });

  test("without an address of the host there, the containers on it tell the network; without those it is refused", () => {
    const without = { addresses: [] };
    const other = container("other", { network: { hostBridge: "br0", localAddress: "10.70.0.1/24" } });
    const settled = settle([bridged(), other], { change: without });
    expect(settled.input.containers[0]?.network.localAddress).toBe("10.70.0.2/24");
    expect(settled.input.containers[0]?.network.hostAddress).toBeUndefined();
    expect(problemsOf(settle([bridged()], { change: without }))).toEqual([
      "network.localAddress is to be chosen from the network of br0, where the host has no IPv4 address" +
        " → give the bridge one in the host's configuration (networking.interfaces.br0.ipv4.addresses), or the container its address, with the prefix length",
    ]);
  });

  test("a full network is refused", () => {
    const full = { addresses: ["br0 10.50.0.1/30"] };
    const wanted = [bridged(), container("xtra", { network: { hostBridge: "br0", localAddress: "auto" } })];
    expect(problemsOf(settle(wanted, { change: full }))).toEqual([
      "network.localAddress is to be chosen from 10.50.0.0/30 of br0, where every address is taken" +
        " → give the bridge a wider network in the host's configuration, or the container another bridge",
    ]);
  });
});

describe("a host of which nothing is known", () => {
  const settleOn = (observation: AppInput["hosts"][number]["observation"]): Settled =>
    settleAddresses({
      ...inputOf([container("b", auto), container("a", auto)]),
      hosts: [{ host: host(place), observation }],
    });

  test("stand-ins that mean nothing on earth take their places, for unit tests", () => {
    const settled = settleOn({ kind: "unobserved", reason: "off" });
    expect(localsOf(settled)).toEqual({ a: "192.0.2.2", b: "192.0.2.6" });
    expect(settled.addresses.get("shop/a")?.unknown).toBe("observation is off");
    expect(planApp(settled.input).containers.flatMap(({ problems }) => problems)).toEqual([]);
  });

  test("an address that is known after apply: the plan fails, and says to give the addresses", () => {
    const settled = settleOn({ kind: "unobserved", reason: "address" });
    expect(problemsOf(settled)).toContain(
      "network.localAddress is to be chosen, and the address of its host is only known after apply: nothing tells what is free there" +
        " → give the container its addresses: network: { hostAddress: …, localAddress: … }",
    );
  });

  test("one that is not reached is told of once", () => {
    const settled = settleOn({ kind: "failed", what: "web1 cannot be reached", remedy: "mend it" });
    expect(new Set(problemsOf(settled))).toEqual(new Set(["web1 cannot be reached → mend it"]));
  });

  test("hundreds of them have stand-ins of their own", () => {
    const wanted = Array.from({ length: 600 }, (_, number) => container(`c${number}`, auto));
    const settled = settleAddresses({
      ...inputOf(wanted),
      hosts: [{ host: host(place), observation: { kind: "unobserved", reason: "off" } }],
    });
    expect(new Set(Object.values(localsOf(settled))).size).toBe(600);
  });
});

describe("the address of a container in the configuration of another", () => {
  const marked = { "configuration.nix": '{ a.b = "http://@TfToken[nixos-address-7]@:80"; }\n' };

  /** A container on a second host, which holds an address of `web` on the first. */
  function settledUser(pool?: string): Settled {
    const user = container("user", { host: "shop/web2", files: marked });
    const addresses = new Map([["7", { construct: "shop/web", field: "localAddress" as const }]]);
    const input = inputOf([container("web", auto), { ...user, config: { ...user.config, addresses } }]);
    const there = seen("shop/web2", []);
    const second = { ...there, host: { ...there.host, ...(pool !== undefined && { containerNetwork: { pool } }) } };
    return settleAddresses({ ...input, hosts: [...input.hosts, second] });
  }

  test("is filled in, and the digest is that of what goes to the host", () => {
    const config = settledUser().input.containers[1]?.config;
    const text = '{ a.b = "http://10.233.2.2:80"; }\n';
    expect(config?.files[0]).toMatchObject({ text, asked: '{ a.b = "http://192.0.2.1:80"; }\n' });
    expect(config?.digest).toBe(container("user", { files: { "configuration.nix": text } }).config.digest);
  });

  test("that moves changes the user in the same plan", () => {
    const before = settledUser().input.containers[1];
    if (!before) throw new Error("there is a user");
    const conf = ["PRIVATE_NETWORK=1", "HOST_ADDRESS=10.9.9.1", "LOCAL_ADDRESS=10.9.9.2"];
    const user = container("user", { files: marked });
    const addresses = new Map([["7", { construct: "shop/web", field: "localAddress" as const }]]);
    const wanted = [container("web", auto), { ...user, config: { ...user.config, addresses } }];
    const settled = settle(wanted, { containers: [{ ...converged(wanted[0] ?? before), conf }, converged(before)] });
    expect(planApp(settled.input).containers.find(({ name }) => name === "user")?.config).toEqual([
      {
        path: "configuration.nix",
        lines: [
          expect.any(String),
          '-{ a.b = "http://10.233.2.2:80"; }',
          '+{ a.b = "http://10.9.9.2:80"; }',
        ] as unknown,
      },
    ]);
  });

  test("on a host that chooses from the same pool may be a neighbour's, and the plan says so", () => {
    const notes = (settled: Settled): string =>
      planApp(settled.input)
        .containers.find(({ name }) => name === "user")
        ?.notes.join("; ") ?? "";
    expect(notes(settledUser())).toContain(
      "config holds 10.233.2.2, the localAddress of shop/web on another host; web2 chooses from 10.233.0.0/16 too, so that it may be a neighbour's there: give each host a pool of its own (containerNetwork)",
    );
    expect(notes(settledUser("10.234.0.0/16"))).toBe("");
  });

  test("whose syntax is wrong is refused by what nix said of it before", () => {
    const user = container("user", { files: { "configuration.nix": '{ a.b = "@TfToken[nixos-address-7]@" }\n' } });
    const addresses = new Map([["7", { construct: "shop/web", field: "localAddress" as const }]]);
    const wanted = [container("web", auto), { ...user, config: { ...user.config, addresses } }];
    const asked = '{ a.b = "192.0.2.1" }\n';
    const syntax = new Map([[createHash("sha256").update(asked).digest("hex"), "syntax error, unexpected '}'"]]);
    expect(problemsOf(settle(wanted, { change: { syntax } }))).toEqual([
      'config file "configuration.nix" is not valid Nix → mend the line that nix names',
    ]);
  });
});

describe("whatever there is", () => {
  /** A container of the code, and perhaps what its host has of it; or one that is not in the code. */
  interface Case {
    readonly wanted?: PlannedContainer;
    readonly observed?: ObservedContainer;
  }
  const octet = fc.integer({ min: 1, max: 4 });
  const conf = fc.option(
    fc
      .tuple(octet, fc.integer({ min: 0, max: 3 }))
      .map(([net, last]) => [
        "PRIVATE_NETWORK=1",
        `HOST_ADDRESS=10.233.${net}.${last}`,
        `LOCAL_ADDRESS=10.233.${net}.${last + 1}`,
      ]),
    { nil: undefined },
  );
  const wantedNetwork = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ privateNetwork: true }) },
    { weight: 1, arbitrary: fc.constant({ localAddress: "auto", localAddress6: "auto" }) },
    { weight: 1, arbitrary: fc.constant({ hostBridge: "br0", localAddress: "auto" }) },
    { weight: 1, arbitrary: fc.constant({ hostBridge: "br0" }) },
    { weight: 1, arbitrary: octet.map((net) => ({ hostAddress: `10.233.${net}.1`, localAddress: `10.233.${net}.2` })) },
  );
  const cases = fc.uniqueArray(fc.constantFrom(..."abcdefghij"), { minLength: 1 }).chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .tuple(wantedNetwork, conf, fc.constantFrom("ours", "theirs", "new"), fc.boolean())
          .map(([network, lines, kind, up]): Case => {
            const wanted = container(name, { network, adopt: true });
            const unit = up ? ("up" as const) : ("down" as const);
            const there = { ...unmanaged(name), unit, conf: lines };
            if (kind === "theirs") return { observed: there };
            return kind === "new" ? { wanted } : { wanted, observed: there };
          }),
      ),
    ),
  );
  const change = { addresses: ["eth0 192.0.2.10/24", "br0 10.50.0.1/29"], machineId: "1".repeat(32) };
  const network = { pool: "10.233.0.0/16" }; // where the confs are
  const settledOf = (all: readonly Case[]): Settled =>
    settle(
      all.flatMap(({ wanted }) => wanted ?? []),
      { containers: all.flatMap(({ observed }) => observed ?? []), change, network },
    );

  test("no new address is anybody's, and none that is kept moves", () => {
    fc.assert(
      fc.property(cases, (all) => {
        const settled = settledOf(all);
        const fresh = new Set<string>();
        for (const { name, network: chosen } of settled.input.containers) {
          const { wanted, observed } = all.find((one) => one.wanted?.name === name) ?? {};
          if (!wanted?.network.auto || chosen.localAddress === undefined) continue;
          if (settled.addresses.get(wanted.construct)?.unknown !== undefined) continue;
          const before = observed?.conf?.find((line) => line.startsWith("LOCAL_ADDRESS="))?.split("=")[1];
          if (chosen.localAddress === before) continue;
          const news = [
            chosen.localAddress.split("/")[0] ?? "",
            chosen.hostBridge === undefined ? chosen.hostAddress : "",
          ];
          for (const end of news) {
            if (end === undefined || end === "") continue;
            const rest = all.filter((one) => one.wanted?.name !== name);
            const others = JSON.stringify([rest.map(({ wanted: w, observed: o }) => [w?.network, o?.conf]), change]);
            expect(others).not.toMatch(new RegExp(`[^0-9.]${end.replaceAll(".", "\\.")}[^0-9]`));
            expect(fresh).not.toContain(end);
            fresh.add(end);
          }
          const ends = (observed?.conf ?? []).flatMap((line) => line.split("=").slice(1));
          const sharesEnd = all.some(
            ({ wanted: other, observed: there }) =>
              other?.name !== name && there?.conf?.some((line) => ends.includes(line.split("=")[1] ?? "")),
          );
          const sound = before !== undefined && chosen.hostBridge === undefined;
          if (sound && !sharesEnd) throw new Error(`${name} was moved from ${before} to ${chosen.localAddress}`);
        }
      }),
    );
  });

  test("the order of the input decides nothing", () => {
    fc.assert(
      fc.property(
        cases.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length }))),
        ([all, shuffled]) => {
          const sorted = (settled: Settled): unknown =>
            [...settled.input.containers].sort((one, other) => (one.name < other.name ? -1 : 1));
          expect(sorted(settledOf(shuffled))).toEqual(sorted(settledOf(all)));
        },
      ),
    );
  });

  test("what was deployed is chosen again, whoever comes or goes", () => {
    fc.assert(
      fc.property(cases, cases, (all, more) => {
        const first = settledOf(all);
        const names = new Set(all.flatMap(({ wanted }) => wanted?.name ?? []));
        const deployed = first.input.containers.filter(
          ({ construct, chosen }) =>
            first.addresses.get(construct)?.unknown === undefined && (chosen?.problems.length ?? 0) === 0,
        );
        const next = [
          ...deployed.map((one): Case => ({
            wanted: all.find(({ wanted }) => wanted?.name === one.name)?.wanted,
            observed: converged(one),
          })),
          ...more.filter(({ wanted, observed }) => !names.has(wanted?.name ?? observed?.name ?? "") && !observed),
        ];
        const again = settledOf(next);
        for (const { name, network: before, ...one } of deployed) {
          if (!all.find(({ wanted }) => wanted?.name === name)?.wanted?.network.auto) continue;
          const twin = deployed.some(
            ({ name: other, network: theirs }) =>
              other !== name && JSON.stringify(theirs).includes(`${before.localAddress ?? ""}"`),
          );
          if (!twin) expect([one.construct, localsOf(again)[name]]).toEqual([one.construct, before.localAddress]);
        }
      }),
    );
  });
});

test("networks overlap where one holds the other", () => {
  const net = (text: string) => tryParseSubnet(text) ?? { family: "ipv4" as const, first: 0n, prefix: 0 };
  expect(overlap(net("10.0.0.0/8"), net("10.233.4.7/24"))).toBe(true);
  expect(overlap(net("10.233.4.0/24"), net("10.0.0.0/8"))).toBe(true);
  expect(overlap(net("10.233.4.0/24"), net("10.233.5.0/24"))).toBe(false);
  expect(overlap(net("fd00::/8"), net("10.233.5.0/24"))).toBe(false);
});
