# shellcheck shell=sh
# What is done to a container's unit.

# Brings to the disk what happened to names in the folders given, as far as they are there: else the power takes a rename, a link or a removal back.
# Takes: $@ folders.
settle_names() { sync "$@" 2>/dev/null || :; }

# Writes stdin to the file $1 so that a reader, and whoever comes after a loss of power, sees the old text or the new, never half.
# Takes: $1 path. Fails: it cannot be written.
write_file() {
  cat >"$1.new" && sync "$1.new" && mv -fT "$1.new" "$1" && sync "${1%/*}"
}

# A systemd that does not answer must not look like a container that is down: then the program ends as if it were cut off.
# Takes: $1 container. Sets: got_active.
get_active() {
  for _pause in 1 2 4 8 0; do
    got_active=$(systemctl show "container@$1.service" -p ActiveState --value) && [ -n "$got_active" ] && return 0
    sleep "$_pause"
  done
  say "$1: ERROR: systemctl does not tell the state of container@$1.service; deploy again once it does"
  keep_failure "$1" "$w_owner" "systemctl does not tell the state of container@$1.service"
  exit 1
}

# Takes: $1 container. Fails: it does, or did, something.
is_inactive() {
  get_active "$1"
  [ "$got_active" = inactive ]
}

# Holds the container's lock until the process and all it started have ended.
# Takes: $1 container. Fails: the lock cannot be had.
lock() {
  mkdir -p "$run/lock"
  exec 9>"$run/lock/$1"
  if ! flock -n 9; then
    say "$1: waiting for another change of this container to end"
    flock 9
  fi
}

# Stops a container and waits until its unit is down: a lingering machine registration makes the next start fail.
# systemctl does it, because nixos-container refuses a container that has lost its conf.
# Takes: $1 container. Sets: got_active (how it is at the end). Fails: it does not stop.
stop_container() {
  systemctl stop "container@$1.service" || :
  _tries=0
  while :; do
    get_active "$1"
    case $got_active in inactive | failed) break ;; esac
    _tries=$((_tries + 1))
    [ "$_tries" -lt 600 ] || return 1
    sleep 0.2
  done
  systemctl reset-failed "container@$1.service" 2>/dev/null || :
}

# Folders that several containers share are made, filled and taken away one at a time: an empty one might vanish under the hand.
# Takes: nothing.
hold_places() {
  mkdir -p "$run/lock"
  exec 6>"$run/lock/.places"
  flock 6
}

# Takes: nothing.
free_places() { exec 6>&-; }
