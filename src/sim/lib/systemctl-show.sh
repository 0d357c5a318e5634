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

# Prints a property for each line of its value, and nothing for none, as systemctl does for lists of programs and devices.
property_lines() {
  case ",$properties," in ,, | *",$1,"*) ;; *) return 0 ;; esac
  lines_left=$2
  while [ -n "$lines_left" ]; do
    property "$1" "${lines_left%%"$nl"*}"
    case $lines_left in *"$nl"*) lines_left=${lines_left#*"$nl"} ;; *) lines_left='' ;; esac
  done
}

# Properties NAME... of which each is in the variable l_NAME.
placed_properties() {
  for shown; do
    case ",$properties," in ,, | *",$shown,"*) ;; *) continue ;; esac
    eval "property $shown \"\$l_$shown\""
  done
}

# What is only shown because a drop-in says it: NAME=VALUE, one a line.
other_properties() {
  others=$l_other
  while [ -n "$others" ]; do
    other=${others%%"$nl"*} others=${others#*"$nl"}
    property "${other%%=*}" "${other#*=}"
  done
}

# find_dropins UNIT...: sets `found` to the drop-in files of units, one a line, those first that come first in systemd's search path.
# One that is a link to /dev/null hides those of its name, and is told by a minus.
find_dropins() {
  found=
  for of; do
    for directory in /etc/systemd/system.control /run/systemd/system.control /etc/systemd/system /run/systemd/system; do
      # shellcheck disable=SC2231 # a unit may be a pattern
      for dropin in "$host$directory"/$of.d/*.conf; do
        [ -e "$dropin" ] || continue
        # shellcheck disable=SC3013 # every sh of a Linux knows -ef
        [ ! "$dropin" -ef /dev/null ] || dropin=-$dropin
        found="$found${found:+$nl}$dropin"
      done
    done
  done
}

# Sets `needed` to yes when a drop-in came, changed or went since systemd has read them.
needs_reload() {
  needed=no
  find_dropins "$1" container@.service
  seen=''
  stamp=$state/loaded/$1
  [ -e "$stamp" ] || stamp=$state/loaded/.stamp
  while [ -n "$found" ]; do
    dropin=${found%%"$nl"*}
    case $found in *"$nl"*) found=${found#*"$nl"} ;; *) found='' ;; esac
    # One of the same name comes before it in the search path.
    case "$seen " in *"/${dropin##*/} "*) continue ;; esac
    to_host "$dropin"
    seen="$seen $path"
    case $dropin in -*) continue ;; esac
    case " $l_DropInPaths " in *" $path "*) ;; *) needed=yes ;; esac
    # shellcheck disable=SC3013 # every sh of a Linux knows -nt
    [ ! "$dropin" -nt "$stamp" ] || needed=yes
  done
  for path in $l_DropInPaths; do
    case "$seen " in *" $path "*) ;; *) needed=yes ;; esac
  done
}

# Whether only such properties are asked as no drop-in has a say in: those of a plan's look at a host, which is to be quick.
asks_for_state() {
  [ -n "$properties" ] || return 1
  IFS=,
  for asked_property in $properties; do
    case $asked_property in
      '' | Id | Names | LoadState | ActiveState | SubState | FragmentPath | UnitFileState | InvocationID | ConditionResult | AssertResult | *Timestamp) ;;
      *)
        IFS=$blanks
        return 1
        ;;
    esac
  done
  IFS=$blanks
}

# The order is systemd's own, whatever order they were asked in.
show_service() {
  property Type notify
  placed_properties Restart RestartUSec TimeoutStartUSec TimeoutStopUSec RuntimeMaxUSec
  property MainPID "$main_pid"
  property Result "$result"
  property NRestarts "$restarts"
  property_lines ExecStartPre "$l_ExecStartPre"
  property_lines ExecStartPost "$l_ExecStartPost"
  property_lines ExecStopPost "$l_ExecStopPost"
  property ControlGroup "${cgroup:+$cgroup}"
  l_devices=$l_DeviceAllow
  for resource in $placed_resources; do
    case $resource in DeviceAllow) property_lines DeviceAllow "$l_devices" ;; *) placed_properties "$resource" ;; esac
  done
  case " $l_Environment" in *' root='*) ;; *) l_Environment="root=$STATE_DIR/$instance${l_Environment:+ }$l_Environment" ;; esac
  l_Environment="INSTANCE=$instance $l_Environment"
  # shellcheck disable=SC2086 # a name a word
  placed_properties $placed_exec
  other_properties
}

show_unit() {
  read_unit "$1"
  load_state=loaded fragment=$host/etc/systemd/system/$1 wants='' type=
  case $1 in
    container@?*.service)
      fragment=/etc/systemd/system/container@.service type=service
      [ -n "$state_only" ] || {
        name_instance "$1"
        load_settings "$1"
        wants=$l_Wants
      }
      ;;
    *.mount | *.device)
      find_state "$1"
      active=$its_state sub=dead
      case $1,$active in *.mount,active) sub=mounted ;; *,active) sub=plugged ;; *,failed) sub=failed ;; esac
      ;;
    *)
      find_state "$1"
      active=$its_state
      case $1,$active in *.service,active) sub=running ;; *,active) sub=active ;; esac
      fragment=/etc/systemd/system/$1
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
  [ "$type$state_only" != service ] || show_service
  property Id "$1"
  property Names "$1"
  if [ "$type$state_only" = service ]; then
    case ",$properties," in ,, | *,Requires,*) mounts_of "$1" ;; *) mounts='' ;; esac
    property Requires "sysinit.target $l_Slice${l_Requires:+ }$l_Requires$mounts"
  fi
  property Wants "$wants"
  if [ "$type$state_only" = service ]; then
    placed_properties BindsTo PartOf After RequiresMountsFor
  fi
  property LoadState "$load_state"
  property ActiveState "$active"
  property SubState "$sub"
  property FragmentPath "$fragment"
  [ "$type$state_only" != service ] || placed_properties DropInPaths
  property UnitFileState static
  if [ "$type" = service ]; then
    case ",$properties," in ,, | *,InactiveExitTimestamp,*) word_time "$since" && property InactiveExitTimestamp "$stamp" ;; esac
    case ",$properties," in ,, | *,ActiveEnterTimestamp,*) word_time "$entered" && property ActiveEnterTimestamp "$stamp" ;; esac
    case ",$properties," in ,, | *,NeedDaemonReload,*) needs_reload "$1" && property NeedDaemonReload "$needed" ;; esac
    property ConditionResult "$condition"
    property AssertResult "$assertion"
    property InvocationID "$invocation"
  fi
}

# show_units UNIT...: blocks apart by an empty line; a pattern stands for the units that have ever run.
show_units() {
  separator=
  if asks_for_state; then state_only=yes; else state_only=''; fi
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
