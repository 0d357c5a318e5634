# shellcheck shell=sh
# What happens when a container starts: the order of checks, what is claimed, what shows. Used under the lock.
# shellcheck disable=SC2034,SC2154 # shared with unit-job.sh, host.sh and unit.sh
# shellcheck source=conf.sh
. "$lib/conf.sh"
# shellcheck source=container-network.sh
. "$lib/container-network.sh"
# shellcheck source=nspawn-flags.sh
. "$lib/nspawn-flags.sh"
# shellcheck source=nspawn-mounts.sh
. "$lib/nspawn-mounts.sh"

# refuse REASON: what the journal will say; always returns 1.
refuse() {
  reason=$1
  return 1
}

# Whether a module of the system carries the marker comment.
is_marked() {
  while IFS= read -r mark; do
    [ "$mark" != "$2" ] || return 0
  done <"$host$1/embedded-host"
  return 1
}

# container_start: makes the directories the unit's script makes, then checks everything and claims what the container needs.
# Sets `system` on success, `reason` and `exited` on failure.
container_start() {
  wanted='' private='' veth='' reason='' mountinfo='' exited=1/FAILURE
  check_unit_credentials || return
  read_environment
  [ -z "$too_long" ] || refuse "$unit: Failed to execute pre-start script: Argument list too long" || return
  run_pre
  [ -z "$l_RuntimeDirectory" ] || for word in $l_RuntimeDirectory; do mkdir -p "$host/run/$word"; done
  mkdir -p "$root/usr/bin" "$root/etc" "$root/var/lib/private" "$root/root" "$host/nix/var/nix/profiles/per-container/$instance" \
    "$host/nix/var/nix/gcroots/per-container/$instance"
  [ -e "$root/etc/machine-id" ] || : >"$root/etc/machine-id"
  [ "$COPY_RESOLV_CONF" != 1 ] || cp "$host/etc/resolv.conf" "$root/etc/resolv.conf"
  [ -z "$HOST_ADDRESS$LOCAL_ADDRESS$HOST_ADDRESS6$LOCAL_ADDRESS6$LOCAL_MAC_ADDRESS" ] || veth=yes
  [ "$PRIVATE_NETWORK" != 1 ] && [ -z "$veth$HOST_BRIDGE$INTERFACES$MACVLANS$NETWORK_NAMESPACE_PATH" ] || private=yes

  if [ -n "$SYSTEM_PATH" ]; then
    system=$SYSTEM_PATH
  else
    system=$(readlink "$host/nix/var/nix/profiles/per-container/$instance/system") &&
      system=$(readlink "$host/nix/var/nix/profiles/per-container/$instance/$system") || system=
  fi
  [ -n "$system" ] && [ -e "$host$system/init" ] ||
    refuse "/nix/var/nix/profiles/per-container/$instance/system/system: No such file or directory" || return
  read_flags || return
  case $instance in
    -* | *- | _* | *_) refuse 'Failed to determine machine name automatically, please use -M.' || return ;;
    *[!a-zA-Z0-9-]*) refuse "Invalid machine name: $instance" || return ;;
  esac
  [ "${#instance}" -le 64 ] || refuse "Invalid machine name: $instance" || return
  is_clear && check_credentials && check_users && check_interfaces && check_mac && check_addresses && check_ports && check_binds && check_tmpfs || return
  ! is_marked "$system" 'start fails' || refuse 'Container payload exited with status 1.' || return
  claim_network
}

# Whether the container's last end has left nothing in the way; once means that the try after this one finds the way clear.
is_clear() {
  [ -r "$state/stale-$instance" ] || return 0
  read -r how <"$state/stale-$instance"
  [ "$how" != once ] || rm -f "$state/stale-$instance"
  refuse "Mount point '/run/systemd/nspawn/unix-export/$instance' exists already, refusing."
}

# Takes away what a container that stops leaves nowhere: its links, what /proc and /sys show of it, its directories below /run.
container_release() {
  release_network
  [ -z "$leader" ] || leavings=$leavings$nl$host/proc/$leader$nl$host/proc/$main_pid
  [ -z "$cgroup" ] || leavings=$leavings$nl$host/sys/fs/cgroup$cgroup
  for word in $l_RuntimeDirectory; do leavings=$leavings$nl$host/run/$word; done
  IFS=$nl
  # shellcheck disable=SC2086 # a path a line
  rm -rf $leavings
  IFS=$blanks
}

# container_appear: what /proc shows of systemd-nspawn and of the container's first process.
container_appear() {
  inner=$host/proc/$leader/root
  mkdir -p "$inner/run/embedded-host/units" "$host/proc/$main_pid"
  ln -s "$root/etc" "$root/var" "$root/root" "$root/home" "$root/tmp" "$host/nix" "$inner/"
  ln -s "$system" "$inner/run/current-system"
  printf '%s\n' "$instance" >"$root/etc/hostname"
  if is_marked "$system" 'unit fails'; then echo degraded; else echo running; fi >"$inner/run/embedded-host/system-state"
  place_credentials
  show_process
  case $NETWORK_NAMESPACE_PATH in
    '') ;;
    *)
      to_real "$NETWORK_NAMESPACE_PATH"
      mkdir -p "$host/proc/$leader/ns"
      ln -s "$path" "$host/proc/$leader/ns/net"
      ;;
  esac
}

# The numbers and lists that the kernel tells of them, in its own form.
show_process() {
  case $users in
    '') printf '%10u %10u %10u\n' 0 0 4294967295 ;;
    *) printf '%10u %10u %10u\n' 0 "$users" "$range" ;;
  esac >"$host/proc/$leader/uid_map"
  mapped=''
  case $users,$ownership in '',* | 0,* | *,chown | *,) ;; *) mapped=,idmapped ;; esac
  inside_mounts=$mountinfo mountinfo=''
  mount_line / ext4 "${root#"$host"}" "rw,relatime$mapped"
  mount_line /nix/store ext4 /nix/store "ro,relatime$mapped"
  printf '%s\n' "${mountinfo#"$nl"}$inside_mounts" >"$host/proc/$leader/mountinfo"
  bounding=$((0xfdecafff | kept_bits))
  [ -z "$private" ] || bounding=$((bounding | 1 << 12))
  printf 'Name:\tsystemd\nCapBnd:\t%016x\nNoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t%s\n' $((bounding & ~dropped_bits)) "$filters" \
    >"$host/proc/$leader/status"
  # shellcheck disable=SC2086 # a word an argument
  printf '%s\0' systemd-nspawn --keep-unit -M "$instance" -D "${root#"$host"}" $EXTRA_NSPAWN_FLAGS >"$host/proc/$main_pid/cmdline"
}
