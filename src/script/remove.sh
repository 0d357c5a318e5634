# shellcheck shell=sh
# Removing containers, as their journals' policies say. Each step can be cut off and run again.
# First each is marked with an intent, so that whoever looks sees what is coming, and can take it back until its turn comes.

# Takes: $1 container. Fails: it is not.
protected() {
  get_value protect "$ours/containers/$1/journal"
  [ "$got_value" = yes ]
}

# Takes: $1 container, $2 the reason. Fails: always.
refuse_removal() {
  say "$1: ERROR: $2"
  keep_failure "$1" "$w_owner" "$2"
  return 1
}

# Whether a rename was cut off of which a container is a part, and the other one.
# Takes: $1 container. Sets: got_rename (the other one; empty where there is none).
get_rename() {
  get_value from "$ours/containers/$1/intent"
  got_rename=$got_value
  for _intent in "$ours"/containers/*/intent; do
    get_value from "$_intent"
    [ "$got_value" != "$1" ] || { got_rename=${_intent%/intent} && got_rename=${got_rename##*/}; }
  done
}

# What is known of a container, save for changes under way.
# Takes: $1 container. Prints: the digest. Fails: it cannot be observed.
digest_without_intent() {
  _records=$(observe "$1") || return 1
  say "$_records" | awk -F '\t' '$3 != "intent"' | sha256
}

# Where the root directory of a container goes: its archive, or the place where it is deleted.
# Takes: $1 container. Sets: got_removal (archive, retain or destroy).
get_removal() {
  get_value removal "$ours/containers/$1/journal"
  got_removal=${got_value:-archive}
  get_value action "$ours/containers/$1/intent"
  # What was never wholly adopted stays whose it was.
  if [ "$got_value" = adopt ] && [ ! -e "$ours/containers/$1/journal" ]; then got_removal=retain; fi
}

# A change that was cut off keeps its intent beside the mark.
# Takes: dir. Fails: it cannot be written.
keep_unfinished() {
  get_value action "$dir/intent"
  case $got_value in
    remove) ;;
    '') rm -f "$dir/intent.unfinished" ;; # of a removal that ended before its mark; the change has been finished since
    *) cp -p "$dir/intent" "$dir/intent.unfinished" && sync "$dir/intent.unfinished" ;;
  esac
}

# Marks one container for removal, unless there is a reason against it; `w_owner` must own it.
# Takes: $1 container, $2 digest that the plan was computed from, or nothing. Sets: dir, archive, deleting. Fails: it is left alone, which was said.
mark_removal() {
  dir=$ours/containers/$1
  get_owner "$1"
  if [ -z "$got_owner" ]; then
    say "$1: is gone already"
    return 0
  fi
  [ "$got_owner" = "$w_owner" ] || refuse_removal "$1" "belongs to $got_owner now; left alone" || return 1
  get_value action "$dir/intent"
  if [ -n "${2-}" ] && [ "$got_value" != remove ] && [ "$(digest_of "$1")" != "$2" ] && [ "$(cat "$dir/yielded" 2>/dev/null)" != "$2" ]; then
    refuse_removal "$1" 'changed since the plan; left alone. Run the plan again and look at it' || return 1
  fi
  get_rename "$1"
  [ -z "$got_rename" ] || refuse_removal "$1" "is part of a rename that was cut off, as $got_rename is; left alone. Deploy it under one of the two names first" || return 1
  ! protected "$1" || refuse_removal "$1" 'is protected; left alone. Deploy it with protect: false first' || return 1
  get_removal "$1"
  [ "$got_removal" != retain ] || return 0
  if [ "$got_removal" = archive ] && mountpoint -q "$statedir/$1"; then
    refuse_removal "$1" "$statedir/$1 is a mount point and cannot be moved into the archive; left alone. Deploy it with removalPolicy \"retain\" or \"destroy\" first" || return 1
  fi
  get_value archive "$dir/intent"
  archive=${got_value:-$statedir/.archive/$1-$(date -u +%Y%m%dT%H%M%SZ)}
  get_value deleting "$dir/intent"
  deleting=$got_value
  mkdir -p "$dir"
  settle_names "${dir%/*}"
  keep_unfinished || refuse_removal "$1" 'nothing can be written (is the disk full?); left alone' || return 1
  _found=$(digest_without_intent "$1") || refuse_removal "$1" 'systemd does not tell its state; left alone' || return 1
  printf 'version=1\nowner=%s\naction=remove\narchive=%s\nfound=%s\ndeleting=%s\n' "$got_owner" "$archive" "$_found" "$deleting" | write_file "$dir/intent" ||
    refuse_removal "$1" 'nothing can be written (is the disk full?); left alone'
}

# Takes the mark of a container away whose removal has not begun.
# Takes: $1 container. Sets: dir.
unmark_removal() {
  dir=$ours/containers/$1
  get_value archive "$dir/intent"
  if [ -n "$got_value" ] && [ ! -e "$got_value" ]; then take_mark_away; fi
}

# Takes: $1 container; deleting. Fails: it does not come back, which was said.
bring_root_back() {
  [ "$deleting" = yes ] || put_root_back "$1" ||
    refuse_removal "$1" "its data waits in ${statedir#"$r"}/.kept-$1 and cannot be moved back; left alone"
}

# Removes one container that was marked, unless somebody has taken the mark away or changed it meanwhile.
# Takes: $1 container. Sets: dir, deleting, archive. Fails: it is not removed, which was said.
remove_marked() {
  dir=$ours/containers/$1
  get_owner "$1"
  [ -n "$got_owner" ] || return 0
  get_value deleting "$dir/intent"
  deleting=$got_value
  get_removal "$1"
  if [ "$got_removal" = retain ]; then
    bring_root_back "$1" || return 1
    retain_container "$1"
    return
  fi
  get_value action "$dir/intent"
  [ "$got_value" = remove ] || refuse_removal "$1" 'was deployed again meanwhile; left alone' || return 1
  get_value archive "$dir/intent"
  archive=$got_value
  get_value found "$dir/intent"
  if [ ! -e "$archive" ] && [ "$(digest_without_intent "$1")" != "$got_value" ]; then
    refuse_removal "$1" 'changed while the removal of others was under way; left alone. Run the plan again and look at it' || return 1
  fi
  bring_root_back "$1" || return 1
  set_unit "$1" no '' yes ||
    refuse_removal "$1" 'its link or drop-in below /etc/systemd/system.control cannot be removed; left alone' || return 1
  if [ -L "$confdir/$1.conf" ]; then
    rm -rf "$dir"
    forget_failure "$1"
    say "$1: is declared by the host's own configuration now; left alone"
    return 0
  fi
  if ! is_inactive "$1"; then
    stop_container "$1" || # sets got_active
      refuse_removal "$1" "does not stop (its unit is $got_active); left alone" || return 1
  fi
  if [ "$got_removal" = archive ]; then fill_archive "$1"; else set_apart "$1"; fi || return 1
  forget_container "$1" ||
    refuse_removal "$1" "$confdir/$1.conf or $statedir/$1 is left behind: see above, and remove what holds it" || return 1
  if [ "$got_removal" != archive ]; then
    rm -rf --one-file-system "$archive" || refuse_removal "$1" "$archive is left behind: see above, and remove what holds it" || return 1
  fi
  rm -rf "${gcroots:?}/$1" "$dir"
  settle_names "${dir%/*}"
  forget_failure "$1"
  if [ "$got_removal" = archive ]; then say "$1: stopped and archived in ${archive#"$r"}"; else say "$1: stopped and destroyed with its data"; fi
}

# Takes: $1 container; dir. Fails: its conf cannot be written, which was said.
retain_container() {
  if [ -f "$confdir/$1.conf" ] && [ ! -L "$confdir/$1.conf" ]; then
    if ! cp -p "$confdir/$1.conf" "$confdir/$1.conf.new" ||
      ! sed '/^CDKTF_NIXOS_/d; /^# Written by cdktf-nixos-containers;/d' "$confdir/$1.conf" >"$confdir/$1.conf.new" ||
      ! touch -r "$confdir/$1.conf" "$confdir/$1.conf.new" ||
      ! sync "$confdir/$1.conf.new" || ! mv -f "$confdir/$1.conf.new" "$confdir/$1.conf"; then
      rm -f "$confdir/$1.conf.new"
      refuse_removal "$1" 'its conf cannot be written (is the disk full?); left alone' || return 1
    fi
    settle_names "$confdir"
  fi
  rm -rf "$dir/journal" "$dir/intent" "$dir/before" "${gcroots:?}/$1"
  settle_names "$dir"
  forget_failure "$1"
  say "$1: retained: left as it is, and managed by nobody from now on"
}

# Moves the root directory to its place in the archive; what is immutable in it could never be deleted there.
# Takes: $1 container; archive. Fails: it cannot be moved, which was said.
move_root() {
  mkdir -p "$archive"
  [ -d "$statedir/$1" ] || return 0
  chattr -i "$statedir/$1/var/empty" 2>/dev/null || :
  mv -T "$statedir/$1" "$archive/root" || refuse_removal "$1" "$statedir/$1 cannot be moved to $archive; deploy again once it can" || return 1
  settle_names "$archive" "$statedir/.archive" "$statedir"
}

# Takes: $1 container; dir, archive. Fails: it cannot be written, which was said.
fill_archive() {
  move_root "$1" || return 1
  for _part in "$confdir/$1.conf" "$dir/journal" "$dir"/modules-*; do
    [ ! -e "$_part" ] || cp -Rp "$_part" "$archive/" ||
      refuse_removal "$1" 'the archive could not be written (is the disk full?); deploy again, which goes on with the removal' || return 1
  done
  find "$archive" -path "$archive/root" -prune -o -exec sync {} + 2>/dev/null || :
}

# What is to be deleted moves aside whole, so that a removal that is cut off leaves all of it or says that it does not.
# Takes: $1 container; deleting, dir. Fails: it cannot be moved or noted, which was said.
set_apart() {
  if [ "$deleting" != yes ]; then
    mountpoint -q "$statedir/$1" || move_root "$1" || return 1
    sed 's/^deleting=.*/deleting=yes/' "$dir/intent" | write_file "$dir/intent" ||
      refuse_removal "$1" 'nothing can be written (is the disk full?); deploy again, which goes on with the removal'
  fi
}

# Marks and removes the containers named on stdin, a line `NAME [DIGEST]` each. When the terminal or connection it was
# asked over is gone, what has begun is brought to its end, and the others are left.
# Takes: stdin. Fails: not all were removed, which was said.
remove_containers() {
  _failed=no
  _marks=''
  while read -r _name _base; do
    [ -n "$_name" ] || continue
    if (lock "$_name" && mark_removal "$_name" "$_base") </dev/null; then _marks="$_marks $_name"; else _failed=yes; fi
  done
  begin_work "${_marks# }" remove
  for _name in $_marks; do
    note_step "removing $_name"
    if kill -0 "$front" 2>/dev/null; then
      (lock "$_name" && remove_marked "$_name") </dev/null || _failed=yes
    else
      say "$_name: left alone, as the connection is gone that asked for its removal"
      (lock "$_name" && unmark_removal "$_name") </dev/null
      _failed=yes
    fi
  done
  [ "$_failed" = no ]
}
