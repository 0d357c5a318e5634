# shellcheck shell=sh
# What a container's unit is told: start at boot, our drop-in, and what others told it by hand.

# Whether systemd starts the container when the host boots: it passes over what is no link, and over one that masks.
# Takes: $1 container. Fails: it does not.
starts_at_boot() {
  [ -L "$wants/container@$1.service" ] && [ "$(readlink "$wants/container@$1.service")" != /dev/null ]
}

# Where the drop-in of a container lies.
# Takes: $1 container. Sets: got_drop_in.
get_drop_in() { got_drop_in=$control/container@$1.service.d/90-cdktf-nixos.conf; }

# Settings that somebody gave the unit by hand, with systemctl set-property or edit, move to a folder, or go.
# Takes: $1 container, $2 folder for them, empty for none. Sets: got_cleared (yes where there were any). Fails: they cannot be moved.
get_cleared() {
  got_cleared=no
  for _tree in $by_hand; do
    for _file in "$r/$_tree/container@$1.service.d"/*.conf; do
      if [ "$_file" = "$control/container@$1.service.d/90-cdktf-nixos.conf" ] || { [ ! -e "$_file" ] && [ ! -L "$_file" ]; }; then continue; fi
      if [ -n "$2" ]; then
        _saved=$2/$_tree/${_file##*/}
        mkdir -p "$2/$_tree" && cp -P "$_file" "$_saved.new" && mv -fT "$_saved.new" "$_saved" || return 1
      fi
      rm -f "$_file" || return 1
      got_cleared=yes
    done
    rmdir "$r/$_tree/container@$1.service.d" 2>/dev/null || :
  done
}

# Lets what drop-ins say of devices and limits reach a container that runs, which a daemon-reload alone does not: any set-property
# does, and this one sets nothing and leaves nothing behind. systemd refuses it of a masked unit, which it cannot tell anything.
# Takes: $1 container. Fails: it may not have reached it.
reach_running() {
  is_inactive "$1" || [ "$(systemctl show "container@$1.service" -p LoadState --value)" = masked ] ||
    systemctl set-property --runtime "container@$1.service" Markers=-needs-restart
}

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
  _earlier=$(cat "$got_drop_in" 2>/dev/null)
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
    case $_earlier$3 in *DeviceAllow=* | *Memory*=* | *CPU*=* | *TasksMax=* | *IOWeight=*) reach_running "$1" || _failed=yes ;; esac
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
