import { setTimeout as delay } from "node:timers/promises";
import type { DemoHost } from "./host";
import { containerNames, owner } from "./project";

/** Everything on a host that containers leave: their confs, roots, profiles, gc roots, links for the boot, and what we keep of them. */
export async function tracesOn(host: DemoHost): Promise<string[]> {
  const listed = await host.sh(`{
  find "$CONF" "$STATE" "$STATE/.archive" -mindepth 1 -maxdepth 1
  find "$R/nix/var/nix/profiles/per-container" "$R/nix/var/nix/gcroots/per-container" -mindepth 1 -maxdepth 1
  find "$R/nix/var/nix/gcroots/cdktf-nixos" "$R/etc/systemd/system.control" "$OURS" -maxdepth 3
  find ~ -maxdepth 2 -name '.cdktf-nixos-*'
} 2>/dev/null | sed "s|^$R||" | sort -u`);
  return listed === "" ? [] : listed.split("\n");
}

/** What has come to a host and what has gone from it since it was looked at before. */
export async function changesOn(
  host: DemoHost,
  before: readonly string[],
): Promise<{ readonly come: readonly string[]; readonly gone: readonly string[] }> {
  let now = await tracesOn(host);
  // Terraform leaves an empty script behind each run, which the host takes away a second later.
  for (let tries = 0; tries < 50 && now.some((path) => path.includes("/.cdktf-nixos-")); tries++) {
    await delay(200);
    now = await tracesOn(host);
  }
  return { come: now.filter((path) => !before.includes(path)), gone: before.filter((path) => !now.includes(path)) };
}

/** The demo's names that something else on the host has, and those that an earlier demo has left there. */
export async function namesTaken(
  host: DemoHost,
): Promise<{ readonly foreign: readonly string[]; readonly ours: readonly string[]; readonly hasTool: boolean }> {
  const listed = await host.sh(`${ownership}
if command -v nixos-container >/dev/null; then echo tool; fi
for n in ${containerNames.join(" ")}; do
  if is_ours; then echo "ours $n"; elif [ -e "$CONF/$n.conf" ] || [ -e "$STATE/$n" ]; then echo "foreign $n"; fi
done
for a in "$STATE"/.archive/*; do if grep -qsx "owner=${owner}" "$a/journal"; then echo "ours \${a##*/}"; fi; done`);
  const names = (kind: string): string[] =>
    listed.split("\n").flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  return { foreign: names("foreign"), ours: names("ours"), hasTool: listed.startsWith("tool") };
}

/** Removes all that is the demo's from a host, archives too, without the help of what is demonstrated. */
export async function sweep(host: DemoHost): Promise<void> {
  await host.sh(`${ownership}
control=$R/etc/systemd/system.control
for n in ${containerNames.join(" ")}; do
  is_ours || continue
  mkdir -p "$R/run/cdktf-nixos/lock"
  exec 9>"$R/run/cdktf-nixos/lock/$n"
  flock -w 300 9 || :
  rm -rf "$control/machines.target.wants/container@$n.service" "$control/container@$n.service.d"
  systemctl daemon-reload
  nixos-container stop "$n" 2>/dev/null || :
  nixos-container destroy "$n" >/dev/null 2>&1 || :
  systemctl reset-failed "container@$n.service" 2>/dev/null || :
  rm -rf "$OURS/containers/$n" "$R/nix/var/nix/gcroots/cdktf-nixos/$n"
done
for a in "$STATE"/.archive/*; do
  grep -qsx "owner=${owner}" "$a/journal" || continue
  chattr -i "$a/root/var/empty" 2>/dev/null || :
  rm -rf "$a"
done
rm -f "$OURS/reaps/$(printf %s '${owner}' | sha256sum | cut -c 1-16)"
for d in "$STATE/.archive" "$OURS/reaps" "$OURS/containers" "$OURS" "$control/machines.target.wants" "$control" "$R/nix/var/nix/gcroots/cdktf-nixos"; do
  rmdir "$d" 2>/dev/null || :
done`);
}

const ownership = `is_ours() {
  grep -qsx "CDKTF_NIXOS_OWNER=${owner}" "$CONF/$n.conf" || grep -qsx "owner=${owner}" "$OURS/containers/$n/journal" "$OURS/containers/$n/intent"
}`;
