import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EmbeddedHostOptions } from "../../src/sim";
import { World } from "./world";

/** Over ssh(1) no script is put into a home, no terminal is asked for, and what a shell prints is no matter. */
const overSsh = process.env["CDKTF_NIXOS_TRANSPORT"] === "ssh";

/** Hosts that can be deployed to, each awkward in a way of its own. */
const kinds: [what: string, options: EmbeddedHostOptions, prepare: string][] = [
  ["as a user with sudo", { user: "deploy" }, ""],
  ["with the directories of a state version before 22.05", { layout: "21.11" }, ""],
  ["built from a flake", { nixpkgs: { release: "25.11", suffix: "", source: "flake" } }, ""],
  ["with a banner", { banner: "Welcome!\n" }, ""],
  ["with a home directory that others may enter", { user: "deploy" }, 'chmod 755 "$R/home/deploy"'],
  ["with one core and one GiB of memory", { cores: 1, memory: 1 }, ""],
  [
    "with a declarative container beside",
    { declarative: [{ name: "declared", conf: { LOCAL_ADDRESS: "10.1.0.2" } }] },
    "",
  ],
];

/** Waits until the empty files of Terraform's uploads are gone: they are swept within seconds. */
const swept =
  'cd "$R"; tries=0; while [ -n "$(find root home -name ".cdktf-nixos-*")" ]; do tries=$((tries + 1)); [ "$tries" -lt 300 ] || exit 1; sleep 0.1; done';

describe("hosts of many kinds", () => {
  test.each(kinds)("a host %s", async (_what, options, prepare) => {
    const world = await World.embedded(options);
    try {
      if (prepare !== "") await world.machine.sh(prepare);
      const spec = world.stack([{ id: "one", autoStart: true }, { id: "two" }]);
      await world.deploy(spec);
      expect([await world.status("one"), await world.status("two")]).toEqual(["up", "up"]);
      expect((await world.machine.sh(swept)).code).toBe(0); // by a process that the reboot would end
      await world.machine.embedded?.reboot();
      expect([await world.status("one"), await world.status("two")]).toEqual(["up", "down"]);
      await world.deploy(spec);
      await world.project.destroy(spec);
      expect([await world.status("one"), await world.status("two")]).toEqual(["gone", "gone"]);
      const left = await world.machine.sh(
        `${swept}; cd "$R" && ` +
          'find root home var/lib etc/systemd/system.control nix/var/nix/gcroots -name "*cdktf*" -o -name "*container@one*" 2>/dev/null; ls var/lib/*containers | grep -v declared',
      );
      expect(left.stdout.trim()).toBe(prepare === "" || overSsh ? "" : "home/deploy/.cdktf-nixos");
    } finally {
      await world.close();
    }
  });

  test("a start at boot survives a nixos-rebuild, and what shall not run stays stopped", async () => {
    const world = await World.embedded({});
    try {
      await world.deploy(
        world.stack([
          { id: "boots", autoStart: true },
          { id: "rests", autoStart: true, running: false },
        ]),
      );
      await world.machine.embedded?.rebuild();
      expect([await world.status("boots"), await world.status("rests")]).toEqual(["up", "down"]);
      await world.settled(
        world.stack([
          { id: "boots", autoStart: true },
          { id: "rests", autoStart: true, running: false },
        ]),
      );
    } finally {
      await world.close();
    }
  });

  test("through a jump host", async () => {
    const world = await World.embedded({ name: "inner" }, { name: "jump", jumpHost: true });
    try {
      const [inner, jump] = world.hosts.map(({ embedded }) => embedded);
      if (!inner || !jump) throw new Error("embedded hosts are missing");
      const config = join(world.project.folder, "ssh_config");
      const known = join(world.project.folder, "known_hosts");
      writeFileSync(
        known,
        [inner, jump].flatMap((host) => host.hostKeys.map((key) => `[127.0.0.1]:${host.port} ${key}\n`)).join(""),
      );
      writeFileSync(
        config,
        `Host jump\n  HostName 127.0.0.1\n  Port ${jump.port}\n  User root\n  IdentityFile ${jump.identityFile}\n  UserKnownHostsFile ${known}\n` +
          `Host inner\n  HostName 127.0.0.1\n  Port ${inner.port}\n  User root\n  ProxyJump jump\n  IdentityFile ${inner.identityFile}\n  UserKnownHostsFile ${known}\n`,
      );
      world.project.env["CDKTF_NIXOS_SSH_CONFIG"] = config;
      const spec = {
        stacks: [
          { id: "fleet", hosts: [{ id: "host1", address: "inner" }], containers: [world.container({ id: "one" })] },
        ],
      };
      await world.deploy(spec);
      expect(await world.status("one")).toBe("up");
      expect(jump.connections).toBeGreaterThan(0);
      await world.project.destroy(spec);
    } finally {
      await world.close();
    }
  });
});

/** Hosts that cannot be deployed to, over which transport, and what the plan says of each. */
const refusals: [what: string, options: EmbeddedHostOptions, words: RegExp, over: "any" | "remote-exec"][] = [
  ["without nixos-container", { tool: false }, /boot\.enableContainers = true/, "any"],
  ["without the unit container@", { unitTemplate: false }, /boot\.enableContainers = true/, "any"],
  ["whose sudo wants a password", { user: "deploy", sudo: "password" }, /sudo/, "any"],
  ["without a nixpkgs", { nixpkgs: { source: "none" } }, /nixpkgs/, "any"],
  [
    "whose shell prints before every command",
    { profileNoise: "fortune: be lucky\n" },
    /fortune: be lucky/,
    "remote-exec",
  ],
  ["that grants no terminal", { permitTty: false }, /PermitTTY/, "remote-exec"],
  ["that declares a container of the same name", { declarative: [{ name: "one" }] }, /declare/, "any"],
];

describe("hosts that are refused, each with its own words", () => {
  test.each(refusals)("a host %s", async (_what, options, words, over) => {
    const world = await World.embedded(options);
    try {
      if (overSsh && over === "remote-exec") {
        await world.deploy(world.stack([{ id: "one" }]));
        expect(await world.status("one")).toBe("up");
        return;
      }
      const plan = await world.project.plan(world.stack([{ id: "one" }]));
      expect(plan.code).toBe(1);
      expect(plan.output).toMatch(words);
      expect(await world.machine.embedded?.calls()).toEqual([]);
    } finally {
      await world.close();
    }
  });
});
