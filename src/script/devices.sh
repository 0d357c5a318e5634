# shellcheck shell=sh
# Device nodes below bind sources, and which of them the units of containers let them open.

devices=no

# Prints lines `char|block MAJOR MINOR NODE` for the device nodes among the files named on stdin, each ended by a NUL; links are followed.
# The paths are told as they were given, without $r.
# Takes: stdin. Prints: the lines.
read_nodes() {
  xargs -0 -r stat -L -c '%F|%t|%T|%n' 2>/dev/null | while IFS='|' read -r _kind _major _minor _node; do
    case $_kind in
      'character special file') _kind=char ;;
      'block special file') _kind=block ;;
      *) continue ;;
    esac
    say "$_kind $((0x$_major)) $((0x$_minor)) ${_node#"$r"}"
  done
}

# Tells of each device node that a bind source is, or holds below /dev.
# What systemd gives every container, and what is no device, is not looked at.
# Takes: $1 bind source. Sets: devices. Prints: the records.
source_devices() {
  _real=$(readlink -f "$r$1") || return 0
  case $_real in "$r"/dev/shm | "$r"/dev/shm/* | "$r"/dev/mqueue | "$r"/dev/hugepages | "$r"/dev/pts | "$r"/dev/fd) return 0 ;; esac
  if [ -d "$_real" ]; then
    case $_real in "$r"/dev | "$r"/dev/*) ;; *) return 0 ;; esac
    _found=$(find "$_real" -maxdepth 3 \( -path "$r/dev/shm" -o -path "$r/dev/mqueue" -o -path "$r/dev/hugepages" -o -path "$r/dev/pts" -o -path "$r/dev/fd" \) -prune -o ! -type d -print0 2>/dev/null | read_nodes)
  else
    _found=$(printf '%s\0' "$r$1" | read_nodes)
  fi
  [ -n "$_found" ] || return 0
  devices=yes
  say "$_found" | head -n 200 | while read -r _kind _major _minor _node; do
    say "device${tab}$1${tab}$_kind${tab}$_major${tab}$_minor${tab}$_node"
  done
}

# Prints what the unit of container $1, be there one or only the template, may open: records `access NAME policy POLICY`, and
# `access NAME RIGHTS KIND MAJOR MINOR`, where a group of /proc/devices has `*` for the minor number. Only where sources have devices.
# Takes: $1 container; devices. Prints: the records.
observe_access() {
  [ "$devices" = yes ] || return 0
  systemctl show "container@$1.service" -p DevicePolicy -p DeviceAllow | while IFS= read -r _line; do
    case $_line in
      DevicePolicy=*) say "access${tab}$1${tab}policy${tab}${_line#*=}" ;;
      DeviceAllow=*' '*)
        _entry=${_line#*=}
        _rights=${_entry##* }
        _entry=${_entry% *}
        case $_entry in
          /*) printf '%s\0' "$r$_entry" | read_nodes | while read -r _kind _major _minor _; do
            say "access${tab}$1${tab}$_rights${tab}$_kind${tab}$_major${tab}$_minor"
          done ;;
          char-* | block-*) group_majors "${_entry%%-*}" "${_entry#*-}" | while read -r _major; do
            say "access${tab}$1${tab}$_rights${tab}${_entry%%-*}${tab}$_major${tab}*"
          done ;;
        esac
        ;;
    esac
  done
}

# Prints the major numbers of the drivers of a kind ($1: char, block) whose name is as the pattern $2.
# Takes: $1 char or block, $2 pattern. Prints: the numbers.
group_majors() {
  _section=''
  while read -r _major _driver; do
    case $_major in
      Character) _section=char ;;
      Block) _section=block ;;
    esac
    # A pattern is what was given.
    # shellcheck disable=SC2254
    [ "$_section" != "$1" ] || case $_driver in $2) say "$_major" ;; esac
  done <"$r/proc/devices" | grep -x '[0-9]*'
}
