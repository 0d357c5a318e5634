# shellcheck shell=sh
# Device nodes below bind sources, and which of them the units of containers let them open.

devices=no

# Prints lines `char|block MAJOR MINOR NODE` for the device nodes among the files named on stdin, each ended by a NUL; links are followed.
# The paths are told as they were given, without $r.
read_nodes() {
  xargs -0 -r stat -L -c '%F|%t|%T|%n' 2>/dev/null | while IFS='|' read -r kind major minor node; do
    case $kind in
      'character special file') kind=char ;;
      'block special file') kind=block ;;
      *) continue ;;
    esac
    say "$kind $((0x$major)) $((0x$minor)) ${node#"$r"}"
  done
}

# Prints a record of each device node that the bind source $1 is, or holds below /dev; sets $devices when there are any.
# What systemd gives every container, and what is no device, is not looked at.
source_devices() {
  real=$(readlink -f "$r$1") || return 0
  case $real in "$r"/dev/shm | "$r"/dev/shm/* | "$r"/dev/mqueue | "$r"/dev/hugepages | "$r"/dev/pts | "$r"/dev/fd) return 0 ;; esac
  if [ -d "$real" ]; then
    case $real in "$r"/dev | "$r"/dev/*) ;; *) return 0 ;; esac
    found=$(find "$real" -maxdepth 3 \( -path "$r/dev/shm" -o -path "$r/dev/mqueue" -o -path "$r/dev/hugepages" -o -path "$r/dev/pts" -o -path "$r/dev/fd" \) -prune -o ! -type d -print0 2>/dev/null | read_nodes)
  else
    found=$(printf '%s\0' "$r$1" | read_nodes)
  fi
  [ -n "$found" ] || return 0
  devices=yes
  say "$found" | head -n 200 | while read -r kind major minor node; do
    say "device${tab}$1${tab}$kind${tab}$major${tab}$minor${tab}$node"
  done
}

# Prints what the unit of container $1, be there one or only the template, may open: records `access NAME policy POLICY`, and
# `access NAME RIGHTS KIND MAJOR MINOR`, where a group of /proc/devices has `*` for the minor number. Only where sources have devices.
observe_access() {
  [ "$devices" = yes ] || return 0
  systemctl show "container@$1.service" -p DevicePolicy -p DeviceAllow | while IFS= read -r line; do
    case $line in
      DevicePolicy=*) say "access${tab}$1${tab}policy${tab}${line#*=}" ;;
      DeviceAllow=*' '*)
        entry=${line#*=}
        rights=${entry##* }
        entry=${entry% *}
        case $entry in
          /*) printf '%s\0' "$r$entry" | read_nodes | while read -r kind major minor _; do
            say "access${tab}$1${tab}$rights${tab}$kind${tab}$major${tab}$minor"
          done ;;
          char-* | block-*) group_majors "${entry%%-*}" "${entry#*-}" | while read -r major; do
            say "access${tab}$1${tab}$rights${tab}${entry%%-*}${tab}$major${tab}*"
          done ;;
        esac
        ;;
    esac
  done
}

# Prints the major numbers of the drivers of a kind ($1: char, block) whose name is as the pattern $2.
group_majors() {
  section=''
  while read -r major driver; do
    case $major in
      Character) section=char ;;
      Block) section=block ;;
    esac
    # A pattern is what was given.
    # shellcheck disable=SC2254
    [ "$section" != "$1" ] || case $driver in $2) say "$major" ;; esac
  done <"$r/proc/devices" | grep -x '[0-9]*'
}
