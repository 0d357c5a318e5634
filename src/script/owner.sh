# shellcheck shell=sh
# Whose a container is, what is known of it, and how its remains are taken away.

# The digest of what is known of one container: what a plan was computed from, and what it is checked against.
# Takes: $1 container. Prints: the digest. Fails: it cannot be observed.
digest_of() {
  _records=$(observe "$1") || return 1
  if [ -n "$_records" ]; then say "$_records"; fi | cut -f 3- | sha256
}

# Whose a container is: by its journal, else by a change under way, else by its conf.
# Takes: $1 container. Sets: got_owner (empty when it is nobody's).
get_owner() {
  get_value owner "$ours/containers/$1/journal"
  [ -n "$got_value" ] || get_value owner "$ours/containers/$1/intent"
  got_owner=$got_value
  if [ -z "$got_owner" ] && [ ! -L "$confdir/$1.conf" ]; then
    get_value CDKTF_NIXOS_OWNER "$confdir/$1.conf"
    got_owner=${got_value#\"}
    got_owner=${got_owner%\"}
  fi
}

# Takes the mark of a removal away; a change that was cut off before it has its own intent back.
# Takes: dir.
take_mark_away() {
  if [ -e "$dir/intent.unfinished" ]; then mv -fT "$dir/intent.unfinished" "$dir/intent"; else rm -f "$dir/intent"; fi
  settle_names "$dir"
}

# Copies a configuration.nix into a root directory, and nowhere else: root inside may have linked its folders anywhere.
# Takes: $1 container, $2 file. Fails: it cannot be written there.
put_configuration() {
  (
    cd -P "$statedir/$1/etc/nixos" 2>/dev/null &&
      [ "$(pwd -P)" = "$(readlink -f "$statedir")/$1/etc/nixos" ] &&
      cp -p --remove-destination "$2" ./configuration.nix && sync ./configuration.nix .
  )
}

# What stepped aside while nixos-container might have deleted it comes back.
# Takes: $1 container. Fails: it does not come back.
put_root_back() {
  [ -d "$statedir/.kept-$1" ] || return 0
  # What came up since stands on a root directory that goes now.
  is_inactive "$1" || stop_container "$1" || return 1
  if [ -f "$statedir/$1/etc/nixos/configuration.nix" ] && [ ! -L "$statedir/.kept-$1/etc" ]; then
    (umask 022 && mkdir -p "$statedir/.kept-$1/etc/nixos")
    put_configuration ".kept-$1" "$statedir/$1/etc/nixos/configuration.nix"
  fi
  chattr -i "$statedir/$1/var/empty" 2>/dev/null || :
  rm -rf --one-file-system "${statedir:?}/$1"
  mv -T "$statedir/.kept-$1" "$statedir/$1" && settle_names "$statedir"
}

# The root directory in memory of a container that was ephemeral until now, and does not run on it: a unit whose drop-in went before
# it stopped does not know it any more. The next container of the name would find in it what was there.
# What the host's own drop-in or a conf from before an adoption may have it run on, stays.
# Takes: $1 container.
leave_run_root() {
  _root=$r/run/nixos-containers/$1
  [ -d "$_root" ] || return 0
  if ! is_inactive "$1"; then
    _leader=$(machinectl show "$1" -p Leader --value 2>/dev/null)
    _inside=$(stat -L -c %d:%i "$r/proc/${_leader:-none}/root" 2>/dev/null) || return 0
    [ "$_inside" != "$(stat -c %d:%i "$_root")" ] || return 0
  fi
  rm -rf --one-file-system "$_root"
}

# Takes away what nixos-container and the unit keep; the root directory goes with it if it is still in place.
# Takes: $1 container. Sets: got_reloaded (`no` when systemd may not know yet). Fails: something of it is left.
forget_container() {
  got_reloaded=yes
  get_cleared "$1" '' || :
  set_unit "$1" no '' "$got_cleared" || got_reloaded=no
  if [ -e "$confdir/$1.conf" ] && [ -n "$tool" ]; then
    nixos-container destroy "$1" || :
  fi
  [ -L "$confdir/$1.conf" ] || rm -f "$confdir/$1.conf"
  systemctl reset-failed "container@$1.service" 2>/dev/null || :
  leave_run_root "$1"
  rm -rf "${profiles:?}/$1" "${profiles%/profiles/*}/gcroots/per-container/$1"
  if [ -d "$statedir/$1" ]; then
    chattr -i "$statedir/$1/var/empty" 2>/dev/null || :
    rm -rf --one-file-system "${statedir:?}/$1"
  fi
  settle_names "$confdir" "$statedir"
  [ ! -e "$confdir/$1.conf" ] && [ ! -e "$statedir/$1" ]
}

# Removes our own folders where they are empty.
# Takes: nothing.
tidy() {
  hold_places
  rmdir "$ours/containers" "$ours/reaps" "$ours/failures" "$ours" "$gcroots" "$statedir/.archive" "$wants" "$control" 2>/dev/null || :
  [ -d "$ours" ] || settle_names "${ours%/*}"
  free_places
}
