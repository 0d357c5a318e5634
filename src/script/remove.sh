# shellcheck shell=sh
# Removing containers, as their journals' policies say. Each step can be cut off and run again.
# First each is marked with an intent, so that whoever looks sees what is coming, and can take it back until its turn comes.

protected() {
  value_of protect "$ours/containers/$1/journal"
  [ "$value" = yes ]
}

refuse_removal() {
  say "$1: ERROR: $2"
  keep_failure "$1" "$w_owner" "$2"
  return 1
}

# What is known of a container, save for changes under way.
digest_without_intent() {
  details=no
  records=$(observe "$1") || return 1
  say "$records" | awk -F '\t' '$3 != "intent"' | sha256
}

# Where the root directory of a container goes: its archive, or the place where it is deleted.
removal_of() {
  value_of removal "$ours/containers/$1/journal"
  removal=${value:-archive}
  value_of action "$ours/containers/$1/intent"
  # What was never wholly adopted stays whose it was.
  if [ "$value" = adopt ] && [ ! -e "$ours/containers/$1/journal" ]; then removal=retain; fi
}

# A change that was cut off keeps its intent beside the mark.
keep_unfinished() {
  value_of action "$dir/intent"
  case $value in
    remove) ;;
    '') rm -f "$dir/intent.unfinished" ;; # of a removal that ended before its mark; the change has been finished since
    *) cp -p "$dir/intent" "$dir/intent.unfinished" && sync "$dir/intent.unfinished" ;;
  esac
}

# Marks one container for removal, unless there is a reason against it; $remove_owner must own it.
# $2, when given, is the digest the plan was computed from.
mark_removal() {
  dir=$ours/containers/$1
  find_owner "$1"
  if [ -z "$owner" ]; then
    say "$1: is gone already"
    return 0
  fi
  [ "$owner" = "$remove_owner" ] || refuse_removal "$1" "belongs to $owner now; left alone" || return 1
  value_of action "$dir/intent"
  if [ -n "${2-}" ] && [ "$value" != remove ] && [ "$(digest_of "$1")" != "$2" ] && [ "$(cat "$dir/yielded" 2>/dev/null)" != "$2" ]; then
    refuse_removal "$1" 'changed since the plan; left alone. Run the plan again and look at it' || return 1
  fi
  ! protected "$1" || refuse_removal "$1" 'is protected; left alone. Deploy it with protect: false first' || return 1
  removal_of "$1"
  [ "$removal" != retain ] || return 0
  if [ "$removal" = archive ] && mountpoint -q "$statedir/$1"; then
    refuse_removal "$1" "$statedir/$1 is a mount point and cannot be moved into the archive; left alone. Deploy it with removalPolicy \"retain\" or \"destroy\" first" || return 1
  fi
  value_of archive "$dir/intent"
  archive=${value:-$statedir/.archive/$1-$(date -u +%Y%m%dT%H%M%SZ)}
  value_of deleting "$dir/intent"
  deleting=$value
  mkdir -p "$dir"
  settle_names "${dir%/*}"
  keep_unfinished || refuse_removal "$1" 'nothing can be written (is the disk full?); left alone' || return 1
  found=$(digest_without_intent "$1") || refuse_removal "$1" 'systemd does not tell its state; left alone' || return 1
  printf 'version=1\nowner=%s\naction=remove\narchive=%s\nfound=%s\ndeleting=%s\n' "$owner" "$archive" "$found" "$deleting" | write_file "$dir/intent" ||
    refuse_removal "$1" 'nothing can be written (is the disk full?); left alone'
}

# Takes the mark of a container away whose removal has not begun.
unmark_removal() {
  dir=$ours/containers/$1
  value_of archive "$dir/intent"
  if [ -n "$value" ] && [ ! -e "$value" ]; then take_mark_away; fi
}

bring_root_back() {
  [ "$deleting" = yes ] || put_root_back "$1" ||
    refuse_removal "$1" "its data waits in ${statedir#"$r"}/.kept-$1 and cannot be moved back; left alone"
}

# Removes one container that was marked, unless somebody has taken the mark away or changed it meanwhile.
remove_marked() {
  dir=$ours/containers/$1
  find_owner "$1"
  [ -n "$owner" ] || return 0
  value_of deleting "$dir/intent"
  deleting=$value
  removal_of "$1"
  if [ "$removal" = retain ]; then
    bring_root_back "$1" || return 1
    retain_container "$1"
    return
  fi
  value_of action "$dir/intent"
  [ "$value" = remove ] || refuse_removal "$1" 'was deployed again meanwhile; left alone' || return 1
  value_of archive "$dir/intent"
  archive=$value
  value_of found "$dir/intent"
  if [ ! -e "$archive" ] && [ "$(digest_without_intent "$1")" != "$value" ]; then
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
  if is_up "$1" || [ "$active" != inactive ]; then
    stop_container "$1" || refuse_removal "$1" "does not stop (its unit is $active); left alone" || return 1
  fi
  if [ "$removal" = archive ]; then fill_archive "$1"; else set_apart "$1"; fi || return 1
  forget_container "$1" ||
    refuse_removal "$1" "$confdir/$1.conf or $statedir/$1 is left behind: see above, and remove what holds it" || return 1
  if [ "$removal" != archive ]; then
    rm -rf --one-file-system "$archive" || refuse_removal "$1" "$archive is left behind: see above, and remove what holds it" || return 1
  fi
  rm -rf "${gcroots:?}/$1" "$dir"
  settle_names "${dir%/*}"
  forget_failure "$1"
  if [ "$removal" = archive ]; then say "$1: stopped and archived in ${archive#"$r"}"; else say "$1: stopped and destroyed with its data"; fi
}

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
move_root() {
  mkdir -p "$archive"
  [ -d "$statedir/$1" ] || return 0
  chattr -i "$statedir/$1/var/empty" 2>/dev/null || :
  mv -T "$statedir/$1" "$archive/root" || refuse_removal "$1" "$statedir/$1 cannot be moved to $archive; deploy again once it can" || return 1
  settle_names "$archive" "$statedir/.archive" "$statedir"
}

fill_archive() {
  move_root "$1" || return 1
  for part in "$confdir/$1.conf" "$dir/journal" "$dir"/modules-*; do
    [ ! -e "$part" ] || cp -Rp "$part" "$archive/" ||
      refuse_removal "$1" 'the archive could not be written (is the disk full?); deploy again, which goes on with the removal' || return 1
  done
  find "$archive" -path "$archive/root" -prune -o -exec sync {} + 2>/dev/null || :
}

# What is to be deleted moves aside whole, so that a removal that is cut off leaves all of it or says that it does not.
set_apart() {
  if [ "$deleting" != yes ]; then
    mountpoint -q "$statedir/$1" || move_root "$1" || return 1
    sed 's/^deleting=.*/deleting=yes/' "$dir/intent" | write_file "$dir/intent" ||
      refuse_removal "$1" 'nothing can be written (is the disk full?); deploy again, which goes on with the removal'
  fi
}

# Marks and removes the containers named on stdin, a line `NAME [DIGEST]` each. When the terminal or connection it was
# asked over is gone, what has begun is brought to its end, and the others are left.
remove_containers() {
  failed=no
  marks=''
  while read -r name base; do
    [ -n "$name" ] || continue
    if (lock "$name" && mark_removal "$name" "$base") </dev/null; then marks="$marks $name"; else failed=yes; fi
  done
  begin_work "${marks# }" remove
  for name in $marks; do
    note_step "removing $name"
    if kill -0 "$front" 2>/dev/null; then
      (lock "$name" && remove_marked "$name") </dev/null || failed=yes
    else
      say "$name: left alone, as the connection is gone that asked for its removal"
      (lock "$name" && unmark_removal "$name") </dev/null
      failed=yes
    fi
  done
  [ "$failed" = no ]
}
