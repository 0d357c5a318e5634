# shellcheck shell=sh
# A change under way: what it would return to, how it returns, and how it ends.

restart=no
reload_failed=no

# Waits, $2 seconds at most, until the unit has done what it is doing, such as to start at boot: what is compared then, and what
# a change returns to, is what runs. Where systemd tries again by itself, that is one try more.
# Takes: $1 container, $2 seconds.
settle() {
  _tries=0
  _again=''
  while [ "$_tries" -lt $(($2 * 5)) ]; do
    case $(systemctl show "container@$1.service" -p SubState --value) in
      *auto-restart*)
        if [ "$_again" = trying ]; then return 0; fi
        _again=waiting
        ;;
      # Says nothing: systemd executes itself anew.
      '' | condition | start* | reload* | stop* | final-*)
        if [ "$_again" = waiting ]; then _again=trying; fi
        ;;
      *) return 0 ;;
    esac
    [ "$_tries" -gt 0 ] || say "$1: waiting for its unit to end what it is doing"
    _tries=$((_tries + 1))
    sleep 0.2
  done
}

# Takes: $1 container. Fails: it is not.
is_up() {
  get_active "$1"
  case $got_active in active | reloading) return 0 ;; *) return 1 ;; esac
}

# A start that systemctl calls failed may come up all the same: systemd tries again, and a daemon-reexec cuts systemctl off.
# Takes: $1 container. Fails: it is not up.
start_container() {
  systemctl reset-failed "container@$1.service" 2>/dev/null || :
  # The tool refuses a container that has lost its conf; its unit does not.
  if [ -e "$confdir/$1.conf" ]; then nixos-container start "$1"; else systemctl start "container@$1.service"; fi || settle "$1" 10
  is_up "$1"
}

# A removal that was cut off, of a container that the code declares again: what it moved away comes back.
# Takes: nothing.
undo_removal() {
  get_value action "$dir/intent"
  [ "$got_value" = remove ] || return 0
  get_value archive "$dir/intent"
  _archive=$got_value
  case $_archive in "$statedir/.archive/$w_name-"*) ;; *) refuse "an earlier removal was cut off, and its intent names no archive (${_archive:-nothing}): mend $dir/intent" ;; esac
  get_value deleting "$dir/intent"
  if [ "$got_value" = yes ]; then
    say "$w_name: an earlier removal was cut off while it deleted the data: the rest of it goes first"
    rm -rf "$dir/intent.unfinished" "$dir/before"
    rm -rf --one-file-system "$_archive" || refuse "the rest of what an earlier removal deleted cannot be removed: see above, and remove ${_archive#"$r"}"
  elif [ -d "$_archive/root" ]; then
    [ ! -e "$statedir/$w_name" ] || refuse "an earlier removal was cut off, and both ${_archive#"$r"}/root and ${statedir#"$r"}/$w_name hold data: remove or move one of them"
    mv -T "$_archive/root" "$statedir/$w_name" || refuse "an earlier removal moved its root directory to ${_archive#"$r"}/root, and it cannot be moved back"
    settle_names "$statedir" "$_archive"
    say "$w_name: an earlier removal was cut off: its root directory is back from the archive"
  fi
  take_mark_away
  rm -rf "$_archive"
}

# Saves what this change may have to return to, then writes the intent; a change that was cut off keeps what the first one saved.
# Takes: nothing. Sets: resumed, made.
begin_change() {
  hold_places
  if [ ! -d "$dir" ]; then
    mkdir -p "$dir"
    settle_names "${dir%/*}" "$ours" "${ours%/*}"
  fi
  free_places
  resumed=yes
  made=no
  get_value action "$dir/intent"
  _action=$got_value
  get_value up "$dir/intent"
  # An intent that says nothing was not written by us, and nothing was saved with it; a rename comes before what is saved.
  if [ -z "$_action" ] || { [ -n "$got_value" ] && [ ! -e "$dir/before/facts" ]; }; then
    resumed=no
    rm -rf "$dir/before"
    mkdir "$dir/before"
    _existed=no
    if get_last_system; then _existed=yes; fi
    _system=$got_last_system
    if [ -f "$conf" ]; then cp -p "$conf" "$dir/before/conf" || cannot_save; fi
    if [ -n "$(configuration_sum)" ]; then
      cp -p "$statedir/$w_name/etc/nixos/configuration.nix" "$dir/before/configuration.nix" || cannot_save
    fi
    _boot=no
    if starts_at_boot "$w_name"; then _boot=yes; fi
    get_drop_in "$w_name"
    if [ -f "$got_drop_in" ]; then cp -p "$got_drop_in" "$dir/before/drop-in" || cannot_save; fi
    _up=no
    if is_up "$w_name"; then _up=yes; fi
    # A rename has taken both from it.
    get_value boot "$dir/intent"
    _boot=${got_value:-$_boot}
    get_value up "$dir/intent"
    _up=${got_value:-$_up}
    _kept=no
    if [ "$_existed" = no ] && [ -d "$statedir/$w_name" ]; then _kept=yes; fi
    printf 'existed=%s\nsystem=%s\nboot=%s\nup=%s\nkept=%s\n' "$_existed" "$_system" "$_boot" "$_up" "$_kept" | write_file "$dir/before/facts" || cannot_save
    if [ -n "$_system" ]; then
      hold_places
      mkdir -p "$gcroots"
      ln -sfn "$_system" "$gcroots/$w_name"
      settle_names "$gcroots" "${gcroots%/*}"
      free_places
    fi
    settle_names "$dir"/before/* "$dir/before"
  else
    # An earlier create was cut off after its build: it may have run, and hold data, so that nothing undoes it any more.
    if get_last_system; then made=yes; fi
  fi
  get_value stopped "$dir/intent"
  _renamed=$(grep -E '^(from|up|boot)=' "$dir/intent" 2>/dev/null)
  printf 'version=1\nowner=%s\naction=%s\nbase=%s\ntarget=%s\nstopped=%s\n%s\n' "$w_owner" "$w_action" "$w_base" "$w_target" "$got_value" "$_renamed" |
    sed '/^$/d' | write_file "$dir/intent" || cannot_save
}

# Nothing has been changed yet, and nothing could be put back: better leave it at that.
# Takes: resumed. Ends: the program, with the reason.
cannot_save() {
  get_value from "$dir/intent"
  [ -z "$got_value" ] || give_name_back yes 'what there is could not be written down (is the disk full?)'
  if [ "$resumed" = no ]; then rm -rf "$dir/before" "$dir/intent.new" "$dir/intent"; fi
  rmdir "$dir" 2>/dev/null || :
  refuse 'what there is could not be written down (is the disk full?); nothing was touched'
}

# Takes: $1 name of the fact. Sets: got_before (empty when it is not known).
get_before() {
  get_value "$1" "$dir/before/facts"
  got_before=$got_value
}

# Takes: nothing. Prints: the drop-in that was there.
drop_in_before() { cat "$dir/before/drop-in" 2>/dev/null; }

# Takes: $1 container, $2 folder in which get_cleared kept them. Fails: they cannot be put back.
put_settings_back() {
  for _tree in $by_hand; do
    for _file in "$2/$_tree"/*.conf; do
      if [ ! -e "$_file" ] && [ ! -L "$_file" ]; then continue; fi
      mkdir -p "$r/$_tree/container@$1.service.d"
      chmod 755 "$r/$_tree" "$r/$_tree/container@$1.service.d"
      cp -P "$_file" "$r/$_tree/container@$1.service.d/" || return 1
    done
  done
}

# Puts back what was there before, restarts what ran, and exits with the reason.
# Takes: $@ the reason; reload_failed. Ends: the program, with the reason.
give_up() {
  say "$w_name: $* - putting back what was there before"
  tell_step 'putting back what was there before'
  get_before existed
  _existed=$got_before
  case $_existed in yes | no) ;; *) refuse "$*; what was there before is not known, so nothing was put back: mend the host, and deploy again" ;; esac
  if [ "$_existed" = no ]; then give_up_create "$*"; fi
  _restored=yes
  _restart=no
  if [ -f "$dir/before/conf" ] && ! cmp -s "$conf" "$dir/before/conf"; then
    if [ "$(conf_essence "$conf")" != "$(conf_essence "$dir/before/conf")" ]; then _restart=yes; fi
    put_conf_back || _restored=no
  fi
  if [ -f "$dir/before/configuration.nix" ]; then put_configuration "$w_name" "$dir/before/configuration.nix" || _restored=no; fi
  get_before system
  _was=$got_before
  get_system "$w_name"
  if [ "$got_system" != "$_was" ]; then nix-env -p "$profiles/$w_name/system" --set "$_was" || _restored=no; fi
  get_value from "$dir/intent"
  [ -z "$got_value" ] || give_name_back "$_restored" "$*"
  put_settings_back "$w_name" "$dir/before/settings" || _restored=no
  get_before boot
  if [ -d "$dir/before/settings" ]; then _reload=yes; else _reload=no; fi
  set_unit "$w_name" "$got_before" "$(drop_in_before)" "$_reload" || _restored=no
  if [ "$_reload" = yes ]; then reach_running "$w_name" || _restored=no; fi
  get_before up
  if [ "$got_before" = yes ]; then
    if is_up "$w_name"; then
      get_running
      if [ "$_restart" = yes ] || { [ -f "$dir/before/conf" ] && ! conf_in_effect; }; then
        stop_container "$w_name" || :
        start_container "$w_name" || _restored=no
      elif [ "$got_running" != "$_was" ] || [ "$reload_failed" = yes ]; then
        systemctl reload "container@$w_name.service" || {
          stop_container "$w_name" || :
          start_container "$w_name" || _restored=no
        }
      fi
    else
      stop_container "$w_name" || :
      start_container "$w_name" || _restored=no
    fi
  elif ! is_inactive "$w_name"; then
    stop_container "$w_name" || _restored=no
  fi
  # A conf that was missing goes again, unless the container had to start with it.
  if [ ! -f "$dir/before/conf" ] && ! { is_up "$w_name" && conf_in_effect; }; then
    rm -f "$conf"
    settle_names "$confdir"
  fi
  start_stopped
  if [ "$_restored" = no ]; then
    refuse "$*; what was there before could not be put back entirely: see above, mend the host, and deploy again"
  fi
  get_value module "$dir/journal"
  for _modules in "$dir"/modules-*; do
    [ "$_modules" = "$dir/$got_value" ] || is_imported_before "$_modules" || rm -rf "$_modules"
  done
  forget_change
  rm -f "$gcroots/$w_name"
  tidy
  refuse "$*; what was there before is back"
}

# Takes: nothing. Fails: it cannot be written.
put_conf_back() { cp -p "$dir/before/conf" "$conf.new" && sync "$conf.new" && mv -f "$conf.new" "$conf" && sync "$confdir"; }

# Whether what this change returns to imports the module files $1: those of a container that was retained, or whose journal was lost.
# Takes: $1 folder of module files. Fails: it does not.
is_imported_before() { grep -q -s -F "$1/" "$dir/before/configuration.nix"; }

# The intent goes first: without it what was saved means nothing any more.
# Takes: nothing.
forget_change() {
  rm -f "$dir/intent"
  settle_names "$dir"
  rm -rf "$dir/before"
  rm -f "$dir/intent.new" "$dir/intent.unfinished" "$dir/journal.new" "$dir/yielded"
  if [ ! -e "$dir/journal" ]; then rmdir "$dir" 2>/dev/null || :; fi
  settle_names "$dir" "${dir%/*}"
}

# A create that failed or was cut off leaves a conf, half a profile and a root directory. What was there before it, comes back.
# Takes: $@ the reason; made. Ends: the program, with the reason.
give_up_create() {
  if [ "$made" = yes ]; then
    start_stopped
    refuse "$*; an earlier create was cut off after its build: the container and its data stay as they are, deploy again"
  fi
  if ! is_inactive "$w_name"; then
    stop_container "$w_name" || refuse "$*; and the container does not stop, so nothing of it was removed"
  fi
  get_before kept
  if [ "$got_before" = yes ]; then
    put_root_aside "$w_name" || refuse "$*; and its root directory cannot be moved aside, so nothing was removed"
  fi
  get_before system
  _was=$got_before
  _left='nothing of it is left on the host'
  get_cleared "$w_name" "$dir/before/settings" || refuse "$*; and what was set by hand with systemctl cannot be saved, so nothing of it was removed"
  forget_container "$w_name" >/dev/null 2>&1 || : # sets got_reloaded
  put_root_back "$w_name" || refuse "$*; its data waits in ${statedir#"$r"}/.kept-$w_name and cannot be moved back"
  _restored=$got_reloaded
  if [ -f "$dir/before/conf" ]; then put_conf_back || _restored=no; fi
  if [ -f "$dir/before/configuration.nix" ]; then put_configuration "$w_name" "$dir/before/configuration.nix" || _restored=no; fi
  if [ -n "$_was" ]; then
    (umask 022 && mkdir -p "$profiles/$w_name")
    nix-env -p "$profiles/$w_name/system" --set "$_was" || _restored=no
  fi
  if [ -e "$dir/journal" ] || [ -e "$statedir/$w_name" ]; then _left='what was there before is back'; fi
  get_before boot
  if [ "$_left" = 'what was there before is back' ]; then put_settings_back "$w_name" "$dir/before/settings" || _restored=no; fi
  if [ -d "$dir/before/settings" ]; then _reload=yes; else _reload=no; fi
  if [ "$got_before$(drop_in_before)$_reload" != nono ] && [ "$_left" = 'what was there before is back' ]; then set_unit "$w_name" "$got_before" "$(drop_in_before)" "$_reload" || _restored=no; fi
  if [ "$_restored" = no ]; then
    start_stopped
    refuse "$*; what was there before could not be put back entirely: see above, mend the host, and deploy again. It is kept in ${dir#"$r"}/before"
  fi
  rm -f "$gcroots/$w_name"
  get_before up
  if [ "$got_before" = yes ] && { [ -z "$_was" ] || ! start_container "$w_name"; }; then
    _left='what there is of it is back where it was, but it is down: it cannot start as it was'
  fi
  start_stopped
  for _modules in "$dir"/modules-*; do
    is_imported_before "$_modules" || rm -rf "$_modules"
  done
  forget_change
  tidy
  refuse "$*; $_left"
}

# Takes: built_nixpkgs, built_release. Fails: it cannot be written.
write_journal() {
  get_system "$w_name"
  {
    printf 'version=1\nowner=%s\ntoken=%s\nconfig=%s\nmodule=%s\n' "$w_owner" "$w_apply" "$w_config" "$w_module"
    printf 'nixos=%s\nsystem=%s\nstate-version=%s\n' "$(configuration_sum)" "$got_system" "$w_state_version"
    printf 'nixpkgs=%s\nnixpkgs-release=%s\nremoval=%s\nprotect=%s\nmachine=%s\nnetwork=%s\n' "$built_nixpkgs" "$built_release" "$w_removal" "$w_protect" "$w_machine" "$w_network"
  } | write_file "$dir/journal"
}

# The nixpkgs the present system was built with: this run's, unless it built nothing.
# Takes: $1 `old` when this run built nothing. Sets: built_nixpkgs, built_release.
keep_versions() {
  built_nixpkgs=${nixpkgs#"$r"}
  built_release=$release
  if [ "$1" = old ]; then
    get_value nixpkgs "$dir/journal"
    built_nixpkgs=$got_value
    get_value nixpkgs-release "$dir/journal"
    built_release=$got_value
  fi
}

# Takes: nothing.
end_change() {
  write_journal || refuse 'the journal could not be written'
  clear_away
}

# Takes away what a change has needed, be it one that was cut off right at its end. The intent goes first: without it the rest means nothing.
# Takes: nothing.
clear_away() {
  rm -f "$dir/intent" "$dir/intent.new" "$dir/intent.unfinished" "$dir/yielded"
  settle_names "$dir"
  forget_failure "$w_name"
  rm -rf "$dir/before"
  rm -f "$gcroots/$w_name"
  hold_places
  rmdir "$gcroots" "$wants" "$control/container@$w_name.service.d" "$control" 2>/dev/null || :
  free_places
  for _modules in "$dir"/modules-*; do
    [ "$_modules" = "$dir/$w_module" ] || rm -rf "$_modules"
  done
  settle_names "$dir"
}
