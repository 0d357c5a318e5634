# shellcheck shell=sh
# `systemctl show`: no process of its own unless a date must be worded in another zone than UTC. Sourced after unit.sh.
# shellcheck disable=SC2154 # options come from systemctl

# Sets `stamp` to a time the way systemctl prints it; nothing for never.
word_time() {
  stamp=
  [ -n "$1" ] || return 0
  case $timestamps in
    unix) stamp=@$1 ;;
    *) if [ "${TZ-}" = UTC ]; then word_utc "$1"; else stamp=$(LC_ALL=C date -d "@$1" '+%a %Y-%m-%d %H:%M:%S %Z'); fi ;;
  esac
}

# Sets `stamp` to seconds since the epoch as a date of UTC: years count from March, so that the leap day is a year's last.
word_utc() {
  days=$(($1 / 86400 + 719468)) clock=$(($1 % 86400))
  era=$((days / 146097)) day=$((days % 146097))
  year=$(((day - day / 1460 + day / 36524 - day / 146096) / 365))
  day=$((day - (365 * year + year / 4 - year / 100)))
  month=$(((5 * day + 2) / 153))
  day=$((day - (153 * month + 2) / 5 + 1)) year=$((year + era * 400))
  if [ "$month" -lt 10 ]; then month=$((month + 3)); else month=$((month - 9)) year=$((year + 1)); fi
  case $((days % 7)) in 0) stamp=Wed ;; 1) stamp=Thu ;; 2) stamp=Fri ;; 3) stamp=Sat ;; 4) stamp=Sun ;; 5) stamp=Mon ;; *) stamp=Tue ;; esac
  stamp="$stamp $year"
  for number in "-$month" "-$day" " $((clock / 3600))" ":$((clock / 60 % 60))" ":$((clock % 60))"; do
    case $number in ??) number=${number%?}0${number#?} ;; esac
    stamp=$stamp$number
  done
  stamp="$stamp UTC"
}

# Prints one property if it was asked for.
property() {
  case ",$properties," in
    ,, | *",$1,"*)
      if [ -n "$show_value" ]; then printf '%s\n' "$2"; else printf '%s=%s\n' "$1" "$2"; fi
      ;;
  esac
}

# Settings of drop-ins that are shown under their own name, such as MemoryMax.
show_loaded() {
  [ -r "$state/loaded/$1" ] || return 0
  while IFS='=' read -r key value; do
    case $key in
      TimeoutStartSec | Wants) ;;
      *) property "$key" "$value" ;;
    esac
  done <"$state/loaded/$1"
}

# The order is systemd's own, whatever order they were asked in.
show_unit() {
  read_unit "$1"
  load_state=loaded fragment=$host/etc/systemd/system/$1 wants='' type=
  case $1 in
    container@?*.service)
      fragment=/etc/systemd/system/container@.service type=service
      loaded "$1" Wants && wants=$loaded_value
      ;;
    *.mount)
      active=inactive sub=dead
      if is_mounted "$1"; then active=active sub=mounted; elif [ -e "$state/failed-$1" ]; then active=failed sub=failed; fi
      ;;
    *.target)
      active=active sub=active fragment=/etc/systemd/system/$1
      if [ "$1" = machines.target ] && [ -r "$state/wants" ]; then
        while IFS= read -r wanted; do wants="$wants${wants:+ }$wanted"; done <"$state/wants"
      fi
      ;;
  esac
  if ! is_known "$1"; then
    load_state=not-found fragment=''
    [ "$type" = service ] || active=inactive sub=dead
  fi
  if is_masked "$1"; then load_state=masked fragment=$host/run/systemd/system/$1; fi
  if [ "$type" = service ]; then
    start_limit "$1"
    property Type notify
    property Restart on-failure
    case ",$properties," in ,, | *,TimeoutStartUSec,*) word_span "$limit" && property TimeoutStartUSec "$span" ;; esac
    property MainPID "$main_pid"
    property Result "$result"
    property NRestarts "$restarts"
    loaded "$1" DevicePolicy || property DevicePolicy closed
    show_loaded "$1"
    case ",$properties," in ,, | *,Requires,*) mounts_of "$1" && property Requires "system.slice$mounts" ;; esac
  fi
  property Id "$1"
  property Names "$1"
  property Wants "$wants"
  property LoadState "$load_state"
  property ActiveState "$active"
  property SubState "$sub"
  property FragmentPath "$fragment"
  property UnitFileState static
  if [ "$type" = service ]; then
    case ",$properties," in ,, | *,InactiveExitTimestamp,*) word_time "$since" && property InactiveExitTimestamp "$stamp" ;; esac
    case ",$properties," in ,, | *,ActiveEnterTimestamp,*) word_time "$entered" && property ActiveEnterTimestamp "$stamp" ;; esac
    property InvocationID "$invocation"
  fi
}

# Sets `span` to a number of seconds the way systemd words it.
word_span() {
  span='' whole=${1%%.*}
  [ "$1" != 0 ] || { span=infinity && return; }
  [ "$whole" -lt 3600 ] || span="$((whole / 3600))h "
  [ $((whole % 3600)) -lt 60 ] || span="$span$((whole % 3600 / 60))min "
  [ $((whole % 60)) = 0 ] || span="$span$((whole % 60))s "
  span=${span% }
}

# show_units UNIT...: blocks apart by an empty line; a pattern stands for the units that have ever run.
show_units() {
  separator=
  for asked; do
    case $asked in
      *'*'*)
        for file in "$units"/*; do
          shown=${file##*/}
          # shellcheck disable=SC2254 # a pattern is what was asked for
          case $shown in $asked) ;; *) continue ;; esac
          printf %s "$separator"
          show_unit "$shown"
          separator=$nl
        done
        ;;
      *)
        name_unit "$asked"
        printf %s "$separator"
        show_unit "$unit"
        separator=$nl
        ;;
    esac
  done
}
