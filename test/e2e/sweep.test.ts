import { realHosts } from "../support/machine";
import { describeUnless } from "../support/tools";
import { World } from "./world";

/** What the sweep must take; and what it must leave, whose name only resembles. */
const places = (name: string) =>
  [
    ...[`/etc/containers/${name}.conf`, `/etc/nixos-containers/${name}.conf.new`, `/run/cdktf-nixos/lock/${name}`],
    ...[`/var/lib/nixos-containers/.kept-${name}/var/empty`, `/var/lib/nixos-containers/.#${name}.lck`],
    ...["", "nixos-"].map((kind) => `/var/lib/${kind}containers/.archive/${name}-20260101T000000Z/root/var/empty`),
    ...[`/nix/var/nix/profiles/per-container/${name}/system`, `/nix/var/nix/gcroots/per-container/${name}/x`],
    ...[`/nix/var/nix/gcroots/cdktf-nixos/${name}`, `/var/lib/cdktf-nixos/containers/${name}/intent`],
    ...[`/etc/systemd/system.control/container@${name}.service.d/90.conf`, `/tmp/${name}.nix`],
  ].map((path) => ({ path, top: path.replace(new RegExp(`(${name}[^/]*)/.*`), "$1") }));

const quoted = (paths: readonly string[]) => paths.map((path) => `'${path}'`).join(" ");

describeUnless(realHosts().length === 0 && "embedded hosts end with their tests", "what a run leaves on a host", () => {
  test("is swept, whatever it is, and nothing else is", async () => {
    const [world, other] = [await World.open(), await World.open()];
    const [mine, theirs] = [world.named("left"), `x${world.named("left")}`].map((name) => places(name));
    const tops = { mine: mine.map(({ top }) => top), theirs: theirs.map(({ top }) => top) };
    const seen = async (paths: readonly string[]) =>
      (await other.sh("left", `ls -d ${quoted(paths)} 2>/dev/null || :`)).split("\n").filter(Boolean).sort();
    const older = ["/etc/containers", "/var/lib/containers"];
    const before = await seen(older);
    try {
      await world.deploy(world.stack([{ id: "runs", autoStart: true, timeouts: { start: 120 } }]));
      await world.sh("runs", 'rm "$CONF"');
      for (const { path } of [...mine, ...theirs])
        await world.sh("left", `mkdir -p "$(dirname '${path}')" && : >'${path}'`);
      await world.sh("left", `chattr +i '/var/lib/nixos-containers/.kept-${world.named("left")}/var/empty' || :`);
      expect(await seen(tops.mine)).toEqual([...tops.mine].sort());
      await world.close();
      expect(await seen(tops.mine)).toEqual([]);
      expect(await seen(tops.theirs)).toEqual([...tops.theirs].sort());
      expect(await other.sh("runs", `systemctl is-active 'container@${world.named("runs")}' || :`)).toBe("inactive");
    } finally {
      const made = older.filter((path) => !before.includes(path));
      await other.sh("left", `rm -rf ${quoted(tops.theirs)}; rmdir /var/lib/containers/.archive ${quoted(made)} || :`);
      await other.close();
    }
  });
});
