# shellcheck shell=sh
# The state of units: one file a unit, sh assignments, written whole. Sourced after host.sh.
# shellcheck disable=SC2034,SC2154 # the variables are read by those who source this file, or come from host.sh

units=$state/units

# Sets `unit` to a full unit name, as systemctl completes what it is given.
name_unit() {
  case $1 in
    *.service | *.target | *.slice | *.socket | *.timer | *.mount) unit=$1 ;;
    *) unit=$1.service ;;
  esac
}

# Sets `instance` to NAME of container@NAME.service, to nothing for any other unit.
name_instance() {
  instance=
  case $1 in
    container@?*.service)
      instance=${1#container@}
      instance=${instance%.service}
      ;;
  esac
}

# Reads a unit's state into variables; a unit without a file has never run.
read_unit() {
  active=inactive sub=dead since='' entered='' invocation='' main_pid=0 leader='' result=success job=0 restarts=0 starts='' system=''
  # shellcheck source=/dev/null
  [ ! -r "$units/$1" ] || . "$units/$1"
}

write_unit() {
  printf "%s='%s'\n" active "$active" sub "$sub" since "$since" entered "$entered" invocation "$invocation" main_pid "$main_pid" \
    leader "$leader" result "$result" job "$job" restarts "$restarts" starts "$starts" system "$system" >"$units/.$1.$$"
  mv "$units/.$1.$$" "$units/$1"
}

# Sets `invocation` to 32 hexadecimal digits.
new_invocation() {
  read -r invocation </proc/sys/kernel/random/uuid
  left=${invocation%%-*} rest=${invocation#*-}
  while [ "$rest" != "${rest#*-}" ]; do
    left=$left${rest%%-*} rest=${rest#*-}
  done
  invocation=$left$rest
}

# journal UNIT INVOCATION MESSAGE: the only place where the reason of a failure can be read. Stamped with the last `clock`.
journal() {
  printf '%s %s %s %s\n' "$now" "$1" "${2:--}" "$3" >>"$host/var/log/journal/system"
}

# Sets `loaded_value` to a setting of the unit's drop-ins as of the last daemon-reload, or returns 1.
loaded() {
  loaded_value=
  [ -r "$state/loaded/$1" ] || return 1
  while IFS='=' read -r loaded_key loaded_rest; do
    [ "$loaded_key" != "$2" ] || loaded_value=$loaded_rest
  done <"$state/loaded/$1"
  [ -n "$loaded_value" ]
}

# Sets `limit` to the unit's start timeout in seconds, 0 for none.
start_limit() {
  if loaded "$1" TimeoutStartSec; then limit=$loaded_value; else limit=60; fi
}
