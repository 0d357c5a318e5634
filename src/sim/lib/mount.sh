# shellcheck shell=sh
# Mount units: files /etc/systemd/system/NAME.mount with a line Where=, and what RequiresMountsFor= makes of them. Sourced after unit.sh.
# shellcheck disable=SC2034,SC2154 # shared with host.sh and those who source this file

# Sets `where` to the place a mount unit mounts at.
mount_where() {
  where=''
  [ -r "$host/etc/systemd/system/$1" ] || return 0
  while IFS= read -r mount_line; do
    case $mount_line in Where=*) where=${mount_line#Where=} ;; esac
  done <"$host/etc/systemd/system/$1"
}

is_mounted() {
  mount_where "$1"
  grep -q -F " $where " "$host/proc/self/mountinfo"
}

# Sets `mounts` to the mount units that the unit's RequiresMountsFor= needs: those at one of its paths, or above it. Its settings are loaded.
mounts_of() {
  mounts=''
  [ -n "$l_RequiresMountsFor" ] || return 0
  for mount_unit in "$host"/etc/systemd/system/*.mount; do
    [ -e "$mount_unit" ] || continue
    mount_where "${mount_unit##*/}"
    for needed in $l_RequiresMountsFor; do
      case $needed/ in "${where%/}"/*) mounts="$mounts ${mount_unit##*/}" && break ;; esac
    done
  done
}

# Mounts what a unit needs; fails at the first that does not come up.
require_mounts() {
  mounts_of "$1"
  for needed in $mounts; do mount_unit "$needed" || return; done
}

mount_unit() {
  ! is_mounted "$1" || return 0
  if grep -q '^# embedded-host: mount fails$' "$host/etc/systemd/system/$1"; then
    : >"$state/failed-$1"
    return 1
  fi
  rm -f "$state/failed-$1"
  mkdir -p "$host$where"
  printf '36 25 8:1 / %s rw,relatime - ext4 /dev/disk/data rw\n' "$where" >>"$host/proc/self/mountinfo"
}

unmount_unit() {
  mount_where "$1"
  grep -v -F " $where " "$host/proc/self/mountinfo" >"$state/mountinfo.$$"
  mv "$state/mountinfo.$$" "$host/proc/self/mountinfo"
}
