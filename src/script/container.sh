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

# Whether systemd starts the container when the host boots: it passes over what is no link, and over one that masks.
# Takes: $1 container. Fails: it does not.
starts_at_boot() {
  [ -L "$wants/container@$1.service" ] && [ "$(readlink "$wants/container@$1.service")" != /dev/null ]
}

# Where the drop-in of a container lies.
# Takes: $1 container. Sets: got_drop_in.
get_drop_in() { got_drop_in=$control/container@$1.service.d/90-cdktf-nixos.conf; }

# Links or unlinks container $1 for the host's boot ($2: yes, no), and gives its unit the drop-in with the text $3, or none; one
# daemon-reload for both. With $4 `yes` systemd reads its files again in any case: a run that was cut off may have written them.
# Takes: $1 container, $2 yes or no: start at boot, $3 text of the drop-in, empty for none, $4 yes: reload in any case. Fails: not all of it could be set.
set_unit() {
  _stale=${4:-no}
  _failed=no
  hold_places
  if [ "$2" = yes ] && ! starts_at_boot "$1"; then
    mkdir -p "$wants"
    chmod 755 "$control" "$wants"
    rm -rf "$wants/container@$1.service"
    _fragment=$(systemctl show "container@$1.service" -p FragmentPath --value)
    ln -s "${_fragment:-/etc/systemd/system/container@.service}" "$wants/container@$1.service" || _failed=yes
    _stale=yes
  elif [ "$2" = no ] && { [ -L "$wants/container@$1.service" ] || [ -e "$wants/container@$1.service" ]; }; then
    if rm -rf "$wants/container@$1.service"; then _stale=yes; else _failed=yes; fi
    rmdir "$wants" 2>/dev/null || :
  fi
  get_drop_in "$1"
  if [ -n "$3" ]; then
    if ! say "$3" | cmp -s - "$got_drop_in"; then
      mkdir -p "${got_drop_in%/*}"
      chmod 755 "$control" "${got_drop_in%/*}"
      if ! say "$3" | write_file "$got_drop_in" || ! chmod 644 "$got_drop_in"; then _failed=yes; fi
      _stale=yes
    fi
  else
    if [ -e "$got_drop_in" ]; then
      if rm -f "$got_drop_in"; then _stale=yes; else _failed=yes; fi
    fi
    # Of a run that was cut off, as an empty folder is.
    rm -f "$got_drop_in.new"
    rmdir "${got_drop_in%/*}" 2>/dev/null || :
  fi
  if [ "$_stale" = yes ]; then
    rmdir "$control" 2>/dev/null || :
    settle_names "$wants" "${got_drop_in%/*}" "$control" "${control%/*}"
    systemctl daemon-reload || _failed=yes
  fi
  free_places
  [ "$_failed" = no ] || return 1
  if [ "$_stale" = yes ] && [ "$2" = yes ]; then
    case " $(systemctl show machines.target -p Wants --value) " in
      *" container@$1.service "*) ;;
      *) say "$1: WARNING: machines.target does not want container@$1.service, so it will not start when the host boots; does the host read /etc/systemd/system.control?" ;;
    esac
  fi
}
