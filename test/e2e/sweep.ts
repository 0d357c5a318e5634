/** Folders of a host that hold something for each container, or for a test. */
const folders = [
  "etc/nixos-containers",
  "etc/containers",
  "etc/systemd/system.control",
  "etc/systemd/system.control/machines.target.wants",
  "var/lib/nixos-containers",
  "var/lib/nixos-containers/.archive",
  "var/lib/containers",
  "var/lib/containers/.archive",
  "var/lib/cdktf-nixos/containers",
  "var/lib/cdktf-nixos/failures",
  "nix/var/nix/profiles/per-container",
  "nix/var/nix/gcroots/per-container",
  "nix/var/nix/gcroots/cdktf-nixos",
  "run/cdktf-nixos/lock",
  "tmp",
];

/** The script that takes away everything on a real host whose name begins with the prefix, and what was noted for the owners; fails when something stays. */
export function sweep(prefix: string, owners: readonly string[]): string {
  if (prefix === "") throw new Error("a sweep without a prefix would take everything");
  return `
p=${prefix}
traces() {
  for folder in ${folders.join(" ")}; do
    find "$R/$folder" -mindepth 1 -maxdepth 1 \\( -name "$p*" -o -name ".kept-$p*" -o -name ".#$p*.lck" -o -name "container@$p*" \\)
  done
  find "$R/nix/var/nix/gcroots/auto" -lname "*/per-container/$p*"
} 2>/dev/null
# A unit that is inactive is loaded only because somebody asked for it: systemd forgets it when it likes.
units() { systemctl list-units --plain --no-legend "container@$p*"; }

# A change still under way would bring back what goes.
for lock in "$R/run/cdktf-nixos/lock/$p"*; do [ ! -e "$lock" ] || flock -w 600 "$lock" true; done
systemctl stop "container@$p*.service"
machinectl list --no-legend | while read -r name rest; do case $name in "$p"*) machinectl terminate "$name" ;; esac; done
systemctl reset-failed "container@$p*.service" 2>/dev/null

traces | while read -r path; do
  chattr -i "$path/var/empty" "$path/root/var/empty" 2>/dev/null
  rm -rf --one-file-system "$path"
done
for link in /sys/class/net/"$p"*; do [ ! -e "$link" ] || ip link del "\${link##*/}"; done
for name in /run/netns/"$p"*; do [ ! -e "$name" ] || ip netns del "\${name##*/}"; done
for owner in ${owners.join(" ")}; do
  rm -f "$R/var/lib/cdktf-nixos/reaps/$(printf %s "$owner" | sha256sum | cut -c 1-16)"
done
# Under the programs' own lock: a folder that is empty might be another run's, about to be filled.
mkdir -p "$R/run/cdktf-nixos/lock"
(
  flock 6
  cd "$R/" && rmdir var/lib/cdktf-nixos/containers var/lib/cdktf-nixos/reaps var/lib/cdktf-nixos/failures var/lib/cdktf-nixos nix/var/nix/gcroots/cdktf-nixos var/lib/nixos-containers/.archive var/lib/containers/.archive \\
    etc/systemd/system.control/machines.target.wants etc/systemd/system.control 2>/dev/null
) 6>"$R/run/cdktf-nixos/lock/.places"
systemctl daemon-reload

left=$(traces; units; ls -d /sys/class/net/"$p"* /run/netns/"$p"* 2>/dev/null)
[ -z "$left" ] || { echo "$left"; exit 1; }
`;
}
