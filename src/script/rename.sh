# shellcheck shell=sh
# A container that takes over the data of one with another name, which is gone then; and the way back.
# An intent of the new name names the old one (`from`), from before the first move until the change has ended or is undone.

rename=no

# Locks both names, in the order that every run has.
# Takes: nothing.
lock_names() {
  if [ -z "$w_other" ]; then
    lock "$w_name"
  elif [ "$(printf '%s\n' "$w_name" "$w_other" | sort | head -n 1)" = "$w_name" ]; then
    lock "$w_name"
    lock_other
  else
    lock_other
    lock "$w_name"
  fi
}

# Takes: nothing.
lock_other() {
  mkdir -p "$run/lock"
  exec 5>"$run/lock/$w_other"
  if ! flock -n 5; then
    say "$w_name: waiting for another change of $w_other to end"
    flock 5
  fi
}

# Whether this run takes the data over, goes on with that, or undoes it: what is there tells.
# Takes: nothing. Sets: rename.
find_rename() {
  rename=no
  [ -n "$w_other" ] || return 0
  get_value from "$ours/containers/$w_other/intent"
  if [ "$got_value" = "$w_name" ]; then
    rename=back
    return 0
  fi
  get_value from "$dir/intent"
  if [ "$got_value" = "$w_other" ]; then
    rename=on
    return 0
  fi
  _there=$(observe "$w_name") || refuse 'systemd does not tell its state; nothing was touched'
  [ -z "$_there" ] || return 0
  get_owner "$w_other"
  [ -n "$got_owner" ] || return 0
  rename=on
}

# Takes: $@ the reason. Ends: the program.
refuse_rename() {
  rmdir "$dir" 2>/dev/null || :
  refuse "$*; nothing was touched"
}

# What is not whole is not moved: it could not be told from what a move that was cut off has left.
# Takes: nothing.
check_other() {
  _ours=$ours/containers/$w_other
  [ ! -L "$confdir/$w_other.conf" ] || refuse_rename "$w_other is declared by the host's own configuration"
  get_owner "$w_other"
  [ "$got_owner" = "$w_owner" ] || refuse_rename "$w_other belongs to ${got_owner:-nobody}, not to $w_owner"
  [ ! -e "$_ours/intent" ] || refuse_rename "an earlier change or removal of $w_other was cut off: deploy it under its old name first"
  get_system "$w_other"
  if [ ! -f "$confdir/$w_other.conf" ] || [ ! -d "$statedir/$w_other" ] || [ -z "$got_system" ] || [ ! -e "$_ours/journal" ] || [ -e "$statedir/.kept-$w_other" ]; then
    refuse_rename "$w_other is not whole (its conf, root directory, system profile or journal is missing): deploy it under its old name first"
  fi
  _places="$profiles/$w_name ${profiles%/profiles/*}/gcroots/per-container/$w_name"
  for _tree in $by_hand; do _places="$_places $r/$_tree/container@$w_name.service.d"; done
  for _place in $_places; do
    if { [ -e "$_place" ] || [ -L "$_place" ]; } && ! rmdir "$_place" 2>/dev/null; then
      refuse_rename "${_place#"$r"} is in the way"
    fi
  done
  ! mountpoint -q "$statedir/$w_other" || refuse_rename "${statedir#"$r"}/$w_other is a mount point, which cannot be renamed"
}

# Makes one name the other's; when it was done before, nothing is there to move. An empty folder is in nobody's way.
# Takes: $1 path, $2 new path. Fails: it cannot be moved, which was said.
move_name() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return 0; fi
  if { [ -e "$2" ] || [ -L "$2" ]; } && ! rmdir "$2" 2>/dev/null; then
    say "$w_name: both ${1#"$r"} and ${2#"$r"} are there"
    return 1
  fi
  mv -T "$1" "$2"
}

# Moves all that is of one name, and what we keep of it, to the other, one rename each. Neither may run. Its link for the host's
# boot goes: nothing starts halfway.
# Takes: $1 name, $2 new name. Fails: not all of it could be moved, which was said.
move_names() {
  hold_places
  rm -rf "$wants/container@$1.service" "$wants/container@$2.service"
  rmdir "$wants" 2>/dev/null || :
  for _tree in $by_hand; do
    move_name "$r/$_tree/container@$1.service.d" "$r/$_tree/container@$2.service.d" || {
      free_places
      return 1
    }
  done
  mkdir -p "$ours/containers/$2"
  free_places
  move_name "$confdir/$1.conf" "$confdir/$2.conf" || return 1
  move_name "$statedir/$1" "$statedir/$2" || return 1
  move_name "$profiles/$1" "$profiles/$2" || return 1
  _roots=${profiles%/profiles/*}/gcroots/per-container
  move_name "$_roots/$1" "$_roots/$2" || return 1
  for _part in "$ours/containers/$1"/modules-* "$ours/containers/$1/journal"; do
    case $_part in
      *.new) rm -rf "$_part" ;;
      *) move_name "$_part" "$ours/containers/$2/${_part##*/}" || return 1 ;;
    esac
  done
  rm -f "$ours/containers/$1/yielded" "$gcroots/$1"
  # Journals inside are linked from the host's; the next start would mend that, if there is one.
  for _link in "$r/var/log/journal"/*; do
    _target=$(readlink "$_link") || continue
    case $_target in "${statedir#"$r"}/$1/"*) ln -sfn "${statedir#"$r"}/$2/${_target#"${statedir#"$r"}/$1/"}" "$_link" ;; esac
  done
  settle_names "$control" "$confdir" "$statedir" "$profiles" "$_roots" "$ours/containers/$1" "$ours/containers/$2" "$ours/containers"
  systemctl daemon-reload
}

# What a change saved that was cut off goes where its intent is.
# Takes: $1 our folder of the one, $2 of the other.
move_before() {
  [ -d "$1/before" ] || return 0
  rm -rf "$2/before"
  mv -T "$1/before" "$2/before"
}

# Takes over the data of the other name.
# Takes: nothing. Ends: the program with the reason, where that cannot be.
take_over() {
  _theirs=$ours/containers/$w_other
  get_value from "$dir/intent"
  if [ -z "$got_value" ]; then
    check_other
    _up=no
    if is_up "$w_other"; then _up=yes; fi
    _boot=no
    if starts_at_boot "$w_other"; then _boot=yes; fi
    hold_places
    mkdir -p "$dir"
    settle_names "${dir%/*}"
    free_places
    rm -rf "$dir/before"
    printf 'version=1\nowner=%s\naction=%s\nbase=%s\ntarget=%s\nfrom=%s\nup=%s\nboot=%s\n' "$w_owner" "$w_action" "$w_base" "$w_target" "$w_other" "$_up" "$_boot" |
      write_file "$dir/intent" || {
      rm -f "$dir/intent.new"
      refuse_rename 'what there is could not be written down (is the disk full?)'
    }
  fi
  begin_step "renaming $w_other"
  for _one in "$w_other" "$w_name"; do
    is_inactive "$_one" || stop_container "$_one" || give_name_back yes "$_one does not stop"
  done
  move_names "$w_other" "$w_name" || give_name_back yes "$w_other cannot be renamed"
  move_before "$_theirs" "$dir"
  rm -f "$_theirs/intent" "$_theirs/intent.new" "$_theirs/journal.new"
  rmdir "$_theirs" 2>/dev/null || :
  forget_failure "$w_other"
  done_step "renamed $w_other, whose data it has now"
}

# Gives the old name back its container, as it was, and exits with the reason. What a change saved has been put back, if there was one.
# Takes: $1 whether all of it was: yes or no, $@ the reason. Ends: the program, with the reason.
give_name_back() {
  _whole=$1
  shift
  say "$w_name: $* - going back to $w_other"
  get_drop_in "$w_name"
  [ -e "$got_drop_in" ] || get_drop_in "$w_other"
  _text=$(cat "$got_drop_in" 2>/dev/null)
  if [ -e "$dir/before/facts" ]; then _text=$(drop_in_before); fi
  is_inactive "$w_name" || stop_container "$w_name" || refuse "$*; and the container does not stop, so that $w_other is not back: deploy again"
  get_value module "$dir/journal"
  for _modules in "$dir"/modules-*; do
    [ -z "$got_value" ] || [ "$_modules" = "$dir/$got_value" ] || is_imported_before "$_modules" || rm -rf "$_modules"
  done
  move_names "$w_name" "$w_other" || refuse "$*; and not all of it could be moved back to $w_other: see above, mend the host, and deploy again"
  put_settings_back "$w_other" "$dir/before/settings" || _whole=no
  get_value boot "$dir/intent"
  set_unit "$w_other" "${got_value:-no}" "$_text" yes || _whole=no
  get_value up "$dir/intent"
  if [ "$got_value" = yes ]; then start_container "$w_other" || _whole=no; fi
  start_stopped
  [ "$_whole" = yes ] || refuse "$*; $w_other could not be put back entirely: see above, mend the host, and deploy again"
  forget_change
  tidy
  refuse "$*; $w_other is back as it was"
}

# Undoes a rename of this container that was cut off: the code has its old name again.
# Takes: nothing. Ends: the program with the reason, where that cannot be.
undo_rename() {
  _theirs=$ours/containers/$w_other
  begin_step "undoing the rename to $w_other"
  mkdir -p "$dir"
  if [ ! -e "$dir/intent" ]; then
    get_value up "$_theirs/intent"
    _up=$got_value
    get_value boot "$_theirs/intent"
    printf 'version=1\nowner=%s\naction=%s\nbase=%s\ntarget=%s\nup=%s\nboot=%s\n' "$w_owner" "$w_action" "$w_base" "$w_target" "${_up:-no}" "${got_value:-no}" |
      write_file "$dir/intent" || refuse 'what there is could not be written down (is the disk full?)'
  fi
  for _one in "$w_other" "$w_name"; do
    is_inactive "$_one" || stop_container "$_one" || refuse "$_one does not stop"
  done
  move_names "$w_other" "$w_name" || refuse "not all of it could be moved back from $w_other: see above, mend the host, and deploy again"
  move_before "$_theirs" "$dir"
  rm -f "$_theirs/intent" "$_theirs/intent.new" "$_theirs/journal.new"
  rmdir "$_theirs" 2>/dev/null || :
  forget_failure "$w_other"
  done_step "took its name back from $w_other"
}
