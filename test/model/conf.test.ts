import { fc } from "../support/properties";
import {
  confEntries,
  foreignEntries,
  keptEntries,
  ownerKey,
  parseConf,
  renderConf,
  stateVersionKey,
} from "../../src/model/conf";
import { parseSettings } from "../../src/model/container";

const wanted = (settings: Parameters<typeof parseSettings>[1], owner = "project/stack") => ({
  ...parseSettings("database", settings, {}, []),
  owner,
});

describe("a conf", () => {
  test("says every field of the network and every mount, and nothing that is not set", () => {
    const text = renderConf(
      wanted({
        network: {
          hostAddress: "10.0.0.1",
          localAddress: "10.0.0.2",
          hostAddress6: "fd00::1",
          localAddress6: "fd00::2",
          localMacAddress: "02:00:00:00:00:01",
          forwardPorts: [
            { hostPort: 8080, containerPort: 80 },
            { protocol: "udp", hostPort: 53 },
          ],
          interfaces: ["eth1", "eth2"],
          macvlans: ["eth3"],
        },
        bindMounts: { "/data": { hostPath: "/srv/$data", isReadOnly: false }, "/keys": {} },
      }),
    );
    expect(text).toBe(
      [
        "# Written by cdktf-nixos-containers; what is edited here, the next deploy mends.",
        "PRIVATE_NETWORK=1",
        "HOST_ADDRESS=10.0.0.1",
        "LOCAL_ADDRESS=10.0.0.2",
        "HOST_ADDRESS6=fd00::1",
        "LOCAL_ADDRESS6=fd00::2",
        "LOCAL_MAC_ADDRESS=02:00:00:00:00:01",
        "HOST_PORT=tcp:8080:80,udp:53:53",
        'INTERFACES="eth1 eth2"',
        "MACVLANS=eth3",
        'EXTRA_NSPAWN_FLAGS="--bind=/srv/\\$data:/data --bind-ro=/keys:/keys"',
        "COPY_RESOLV_CONF=1",
        "CDKTF_NIXOS_OWNER=project/stack",
        "",
      ].join("\n"),
    );
    expect(renderConf(wanted({ network: { networkNamespace: "/run/netns/blue" } }))).toContain(
      "NETWORK_NAMESPACE_PATH=/run/netns/blue\n",
    );
    expect(renderConf(wanted({ network: { hostBridge: "br0", localAddress: "10.0.0.2/24" } }))).toContain(
      "HOST_BRIDGE=br0\n",
    );
    expect([...confEntries(wanted({})).keys()]).toEqual(["COPY_RESOLV_CONF"]);
  });

  const path = fc
    .stringMatching(/^\/[a-zA-Z0-9_@+=,;#%$&(){}~!^./-]{0,20}[a-z]$/)
    .filter((text) => !/(^|\/)\.\.?(\/|$)/.test(text));
  const settings = fc.record(
    {
      network: fc.record(
        {
          hostAddress: fc.ipV4(),
          localAddress: fc.ipV4(),
          interfaces: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { maxLength: 3 }),
          forwardPorts: fc.uniqueArray(fc.record({ hostPort: fc.integer({ min: 1, max: 65535 }) }), {
            selector: ({ hostPort }) => hostPort,
            maxLength: 3,
          }),
        },
        { requiredKeys: [] },
      ),
      bindMounts: fc.dictionary(path, fc.record({ hostPath: path, isReadOnly: fc.boolean() }), { maxKeys: 3 }),
    },
    { requiredKeys: [] },
  );
  const owners = fc.oneof(
    fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== ""),
    fc.constantFrom("a b", `"quoted"`, "it's", "back\\slash", "`x`", "$HOME", "\\", '"', "näme", "#x", "a;b"),
  );

  test("reads back as what it was written from, whatever the settings and the owner", () => {
    fc.assert(
      fc.property(settings, owners, (given, owner) => {
        const container = wanted(given, owner);
        expect([...parseConf(renderConf(container).split("\n"))]).toEqual([
          ...confEntries(container),
          [ownerKey, owner],
        ]);
      }),
      { numRuns: 500 },
    );
  });

  test("has one line for each key", () => {
    fc.assert(
      fc.property(settings, owners, (given, owner) => {
        const container = wanted(given, owner);
        const lines = renderConf(container).trimEnd().split("\n");
        expect(lines).toHaveLength(confEntries(container).size + 2);
      }),
    );
  });

  test("is read as systemd reads it", () => {
    const lines = [
      "A=1",
      "A=2",
      "B=x",
      "B=",
      'C="a b"',
      "D='a b'",
      "# E=1",
      "  F=1 ",
      "G=1\r",
      "nonsense",
      'H="a\\"\\$b"',
      "I=1\\r",
    ];
    expect([...parseConf(lines)]).toEqual([
      ["A", "2"],
      ["C", "a b"],
      ["D", "a b"],
      ["F", "1"],
      ["G", "1"],
      ["H", 'a"$b'],
      ["I", "1"],
    ]);
  });
});

test("what a conf keeps from before its adoption is read back, and not once it was edited", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^X[A-Z_]{1,5}$/), fc.stringMatching(/^[a-z"$ ]{0,6}[a-z]$/)),
      (entries) => {
        const kept = new Map(Object.entries(entries));
        const text = renderConf({ ...parseSettings("web", { tmpfs: ["/var"] }, {}, []), owner: "o", kept });
        const lines = `${text}${stateVersionKey}=25.05`.split("\n");
        expect(keptEntries(lines)).toEqual(kept);
        if (kept.size > 0) expect(keptEntries([...lines, "XMORE=1"])).toEqual(new Map());
        expect(foreignEntries(lines)).toEqual(kept);
      },
    ),
  );
});

test("what would have a container run another system is nothing to keep", () => {
  expect(foreignEntries(["SYSTEM_PATH=/nix/store/x", "FLAKE=.", "AUTO_START=1", "HOST_PORT=80", "X=1"])).toEqual(
    new Map([["X", "1"]]),
  );
});

test("what an option can say by now is kept no longer: the code says it", () => {
  const kept = new Map([
    ["HOST_BRIDGE", "br0"],
    ["XMORE", "1"],
  ]);
  expect(keptEntries(renderConf({ ...wanted({}), kept }).split("\n"))).toEqual(new Map([["XMORE", "1"]]));
});
