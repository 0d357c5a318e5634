# shellcheck shell=sh
# Units other than containers, what a container's unit wants of them, and the conditions under which it starts. Sourced after unit.sh and mount.sh.
# shellcheck disable=SC2034,SC2154 # variables come from unit.sh, mount.sh and host.sh

# Whether it is one of those that every host has, and that run.
is_usual() {
  case $1 in
    basic.target | default.target | graphical.target | local-fs.target | machines.target | multi-user.target | network.target | \
      network-online.target | network-pre.target | nss-lookup.target | nss-user-lookup.target | paths.target | remote-fs.target | \
      slices.target | sockets.target | swap.target | sysinit.target | time-set.target | time-sync.target | timers.target) ;;
    dbus.service | firewall.service | network-setup.service | nix-daemon.service | nscd.service | sshd.service | \
      systemd-journald.service | systemd-logind.service | systemd-machined.service | systemd-networkd.service | \
      systemd-resolved.service | systemd-timesyncd.service | systemd-udevd.service) ;;
    dbus.socket | nix-daemon.socket | systemd-journald.socket | systemd-machined.socket | -.mount | -.slice | machine.slice | system.slice | user.slice) ;;
    *) return 1 ;;
  esac
}

# Whether systemd knows a fragment for the unit, or needs none.
is_known() {
  case $1 in
    container@?*.service) [ -e "$host/etc/systemd/system/container@.service" ] ;;
    *.slice | *.device) ;;
    *) is_usual "$1" || [ -e "$host/etc/systemd/system/$1" ] ;;
  esac
}

# Sets `its_state` to the ActiveState of any unit.
find_state() {
  its_state=inactive
  case $1 in
    *.mount)
      if [ "$1" = -.mount ] || is_mounted "$1"; then its_state=active; elif [ -e "$state/failed-$1" ]; then its_state=failed; fi
      ;;
    sys-subsystem-net-devices-*.device)
      link=${1#sys-subsystem-net-devices-}
      unescape_unit "${link%.device}"
      [ ! -d "$host/sys/class/net/$unescaped" ] || its_state=active
      ;;
    *.slice) its_state=active ;;
    *) if [ -r "$units/$1" ]; then state_of "$1"; elif is_usual "$1"; then its_state=active; fi ;;
  esac
}

is_up() {
  is_known "$1" || return 1
  find_state "$1"
  case $its_state in active | reloading) ;; *) return 1 ;; esac
}

# Sets `unescaped` to part of a unit's name without systemd's escapes, of which only that of a hyphen is known here.
unescape_unit() {
  unescaped='' rest=$1
  while [ "$rest" != "${rest%%\\x2d*}" ]; do unescaped=$unescaped${rest%%\\x2d*}- rest=${rest#*\\x2d}; done
  unescaped=$unescaped$rest
}

# Sets `missing` to a unit that the unit requires and that there is not; its settings are loaded.
has_missing() {
  for missing in $l_Requires $l_BindsTo; do is_known "$missing" || return 0; done
  missing=''
  return 1
}

# Starts a unit that is no container. A service that says `# embedded-host: start fails` fails, and so does a device that is not there.
start_other() {
  ! is_up "$1" || return 0
  case $1 in
    *.device) return 1 ;;
    *.mount)
      mount_unit "$1"
      return
      ;;
  esac
  ! grep -q -s '^# embedded-host: start fails$' "$host/etc/systemd/system/$1" || return 1
  write_other "$1" active running
}

write_other() { printf "active='%s'\nsub='%s'\n" "$2" "$3" >"$units/$1"; }

# Starts what the unit wants, and fails when what it requires does not come up.
start_needed() {
  for needed in $l_Wants; do
    case $needed in container@*) continue ;; esac
    ! is_known "$needed" || start_other "$needed" || :
  done
  for needed in $l_Requires $l_BindsTo; do
    case $needed in container@*) continue ;; esac
    start_other "$needed" || return
  done
}

# Sets `dependents` to the containers that run and do not outlive a stop, or a restart, of the unit.
find_dependents() {
  dependents=''
  for file in "$state"/loaded/container@*; do
    [ -e "$file" ] || continue
    load_settings "${file##*/}"
    mounts_of "${file##*/}"
    case " $l_Requires $l_BindsTo $l_PartOf $mounts " in *" $1 "*) ;; *) continue ;; esac
    state_of "${file##*/}"
    case $its_state in active | activating | reloading) dependents="$dependents ${file##*/}" ;; esac
  done
}

# Whether what one Condition…= or Assert…= line says of the host is so.
holds() {
  kind=${1#Condition} value=$2
  kind=${kind#Assert}
  case $value in /*) at=$host$value ;; *) at=$value ;; esac
  case $kind in
    PathExists) [ -e "$at" ] ;;
    PathExistsGlob) for at in $at; do [ ! -e "$at" ] || return 0; done && false ;;
    PathIsDirectory) [ -d "$at" ] ;;
    PathIsSymbolicLink) [ -h "$at" ] ;;
    PathIsMountPoint) grep -q -F " $value " "$host/proc/self/mountinfo" ;;
    PathIsReadWrite) [ -w "$at" ] ;;
    DirectoryNotEmpty) [ -d "$at" ] && [ -n "$(ls -A "$at")" ] ;;
    FileNotEmpty) [ -f "$at" ] && [ -s "$at" ] ;;
    FileIsExecutable) [ -f "$at" ] && [ -x "$at" ] ;;
    Host)
      read -r its_name <"$host/etc/hostname"
      # shellcheck disable=SC2254 # systemd takes a pattern, too
      case $its_name in $value) ;; *) return 1 ;; esac
      ;;
    *) ;;
  esac
}

# check_conditions Condition|Assert: whether all of the unit's hold, and one of those with a bar, if there are any.
check_conditions() {
  triggers='' triggered=''
  while IFS=' ' read -r what value; do
    case $what in "$1"*) ;; *) continue ;; esac
    trigger='' wanted_outcome=0
    case $value in '|'*) trigger=yes value=${value#|} triggers=yes ;; esac
    case $value in '!'*) wanted_outcome=1 value=${value#!} ;; esac
    outcome=0
    holds "$what" "$value" || outcome=1
    if [ "$outcome" = "$wanted_outcome" ]; then
      [ -z "$trigger" ] || triggered=yes
    elif [ -z "$trigger" ]; then
      unmet="$what=$value"
      [ "$wanted_outcome" = 0 ] || unmet="$what=!$value"
      return 1
    fi
  done <<EOF
$l_conditions
EOF
  unmet="$1 triggers"
  [ "$triggers" = "$triggered" ]
}
