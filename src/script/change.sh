# shellcheck shell=sh
# A change under way: what it would return to, how it returns, and how it ends.

# Waits, $2 seconds at most, until the unit has done what it is doing, such as to start at boot: what is compared then, and what
# a change returns to, is what runs. Where systemd tries again by itself, that is one try more.
settle() {
  tries=0
  again=''
  while [ "$tries" -lt $(($2 * 5)) ]; do
    case $(systemctl show "container@$1.service" -p SubState --value) in
      *auto-restart*)
        if [ "$again" = trying ]; then return 0; fi
        again=waiting
        ;;
      # Says nothing: systemd executes itself anew.
      '' | condition | start* | reload* | stop* | final-*)
        if [ "$again" = waiting ]; then again=trying; fi
        ;;
      *) return 0 ;;
    esac
    [ "$tries" -gt 0 ] || say "$1: waiting for its unit to end what it is doing"
    tries=$((tries + 1))
    sleep 0.2
  done
}

# A start that systemctl calls failed may come up all the same: systemd tries again, and a daemon-reexec cuts systemctl off.
start_container() {
  systemctl reset-failed "container@$1.service" 2>/dev/null || :
  # The tool refuses a container that has lost its conf; its unit does not.
  if [ -e "$confdir/$1.conf" ]; then nixos-container start "$1"; else systemctl start "container@$1.service"; fi || settle "$1" 10
  is_up "$1"
}

# A removal that was cut off, of a container that the code declares again: what it moved away comes back.
undo_removal() {
  value_of action "$dir/intent"
  [ "$value" = remove ] || return 0
  value_of archive "$dir/intent"
  archive=$value
  case $archive in "$statedir/.archive/$w_name-"*) ;; *) refuse "an earlier removal was cut off, and its intent names no archive (${archive:-nothing}): mend $dir/intent" ;; esac
  value_of deleting "$dir/intent"
  if [ "$value" = yes ]; then
    say "$w_name: an earlier removal was cut off while it deleted the data: the rest of it goes first"
    rm -rf "$dir/intent.unfinished" "$dir/before"
    rm -rf --one-file-system "$archive" || refuse "the rest of what an earlier removal deleted cannot be removed: see above, and remove ${archive#"$r"}"
  elif [ -d "$archive/root" ]; then
    [ ! -e "$statedir/$w_name" ] || refuse "an earlier removal was cut off, and both ${archive#"$r"}/root and ${statedir#"$r"}/$w_name hold data: remove or move one of them"
    mv -T "$archive/root" "$statedir/$w_name" || refuse "an earlier removal moved its root directory to ${archive#"$r"}/root, and it cannot be moved back"
    settle_names "$statedir" "$archive"
    say "$w_name: an earlier removal was cut off: its root directory is back from the archive"
  fi
  take_mark_away
  rm -rf "$archive"
}

# Saves what this change may have to return to, then writes the intent; a change that was cut off keeps what the first one saved.
begin_change() {
  hold_places
  if [ ! -d "$dir" ]; then
    mkdir -p "$dir"
    settle_names "${dir%/*}" "$ours" "${ours%/*}"
  fi
  free_places
  resumed=yes
  made=no
  value_of action "$dir/intent"
  # An intent that says nothing was not written by us, and nothing was saved with it.
  if [ -z "$value" ]; then
    resumed=no
    rm -rf "$dir/before"
    mkdir "$dir/before"
    existed=no
    if stands; then existed=yes; fi
    if [ -f "$conf" ]; then cp -p "$conf" "$dir/before/conf" || cannot_save; fi
    if [ -n "$(configuration_sum)" ]; then
      cp -p "$statedir/$w_name/etc/nixos/configuration.nix" "$dir/before/configuration.nix" || cannot_save
    fi
    boot=no
    if starts_at_boot "$w_name"; then boot=yes; fi
    find_drop_in "$w_name"
    if [ -f "$drop_in" ]; then cp -p "$drop_in" "$dir/before/drop-in" || cannot_save; fi
    up=no
    if is_up "$w_name"; then up=yes; fi
    kept=no
    if [ "$existed" = no ] && [ -d "$statedir/$w_name" ]; then kept=yes; fi
    printf 'existed=%s\nsystem=%s\nboot=%s\nup=%s\nkept=%s\n' "$existed" "$system" "$boot" "$up" "$kept" | write_file "$dir/before/facts" || cannot_save
    if [ -n "$system" ]; then
      hold_places
      mkdir -p "$gcroots"
      ln -sfn "$system" "$gcroots/$w_name"
      settle_names "$gcroots" "${gcroots%/*}"
      free_places
    fi
    settle_names "$dir"/before/* "$dir/before"
  else
    # An earlier create was cut off after its build: it may have run, and hold data, so that nothing undoes it any more.
    if stands; then made=yes; fi
  fi
  value_of stopped "$dir/intent"
  printf 'version=1\nowner=%s\naction=%s\nbase=%s\ntarget=%s\nstopped=%s\n' "$w_owner" "$w_action" "$w_base" "$w_target" "$value" | write_file "$dir/intent" || cannot_save
}

# Nothing has been changed yet, and nothing could be put back: better leave it at that.
cannot_save() {
  if [ "$resumed" = no ]; then rm -rf "$dir/before" "$dir/intent.new" "$dir/intent"; fi
  rmdir "$dir" 2>/dev/null || :
  refuse 'what there is could not be written down (is the disk full?); nothing was touched'
}

before() { value_of "$1" "$dir/before/facts"; }

drop_in_before() { cat "$dir/before/drop-in" 2>/dev/null; }

# Puts back what was there before, restarts what ran, and exits with the reason.
give_up() {
  say "$w_name: $* - putting back what was there before"
  failed_at=$doing
  note_step 'putting back what was there before'
  doing=$failed_at
  before existed
  existed=$value
  case $existed in yes | no) ;; *) refuse "$*; what was there before is not known, so nothing was put back: mend the host, and deploy again" ;; esac
  if [ "$existed" = no ]; then give_up_create "$*"; fi
  restored=yes
  restart=no
  if [ -f "$dir/before/conf" ] && ! cmp -s "$conf" "$dir/before/conf"; then
    if [ "$(conf_essence "$conf")" != "$(conf_essence "$dir/before/conf")" ]; then restart=yes; fi
    put_conf_back || restored=no
  fi
  if [ -f "$dir/before/configuration.nix" ]; then put_configuration "$w_name" "$dir/before/configuration.nix" || restored=no; fi
  before system
  was=$value
  system_of "$w_name"
  if [ "$system" != "$was" ]; then nix-env -p "$profiles/$w_name/system" --set "$was" || restored=no; fi
  before boot
  set_unit "$w_name" "$value" "$(drop_in_before)" || restored=no
  before up
  if [ "$value" = yes ]; then
    if is_up "$w_name"; then
      running_system
      if [ "$restart" = yes ] || { [ -f "$dir/before/conf" ] && ! conf_in_effect; }; then
        stop_container "$w_name" || :
        start_container "$w_name" || restored=no
      elif [ "$running" != "$was" ] || [ -n "${reload_failed-}" ]; then
        systemctl reload "container@$w_name.service" || {
          stop_container "$w_name" || :
          start_container "$w_name" || restored=no
        }
      fi
    else
      stop_container "$w_name" || :
      start_container "$w_name" || restored=no
    fi
  elif is_up "$w_name" || [ "$active" != inactive ]; then
    stop_container "$w_name" || restored=no
  fi
  # A conf that was missing goes again, unless the container had to start with it.
  if [ ! -f "$dir/before/conf" ] && ! { is_up "$w_name" && conf_in_effect; }; then
    rm -f "$conf"
    settle_names "$confdir"
  fi
  start_stopped
  if [ "$restored" = no ]; then
    refuse "$*; what was there before could not be put back entirely: see above, mend the host, and deploy again"
  fi
  value_of module "$dir/journal"
  for modules in "$dir"/modules-*; do
    [ "$modules" = "$dir/$value" ] || is_imported_before "$modules" || rm -rf "$modules"
  done
  forget_change
  rm -f "$gcroots/$w_name"
  tidy
  refuse "$*; what was there before is back"
}

put_conf_back() { cp -p "$dir/before/conf" "$conf.new" && sync "$conf.new" && mv -f "$conf.new" "$conf" && sync "$confdir"; }

# Whether what this change returns to imports the module files $1: those of a container that was retained, or whose journal was lost.
is_imported_before() { grep -q -s -F "$1/" "$dir/before/configuration.nix"; }

# The intent goes first: without it what was saved means nothing any more.
forget_change() {
  rm -f "$dir/intent"
  settle_names "$dir"
  rm -rf "$dir/before"
  rm -f "$dir/intent.new" "$dir/intent.unfinished" "$dir/journal.new" "$dir/yielded"
  if [ ! -e "$dir/journal" ]; then rmdir "$dir" 2>/dev/null || :; fi
  settle_names "$dir" "${dir%/*}"
}

# A create that failed or was cut off leaves a conf, half a profile and a root directory. What was there before it, comes back.
give_up_create() {
  if [ "$made" = yes ]; then
    start_stopped
    refuse "$*; an earlier create was cut off after its build: the container and its data stay as they are, deploy again"
  fi
  if is_up "$w_name" || [ "$active" != inactive ]; then
    stop_container "$w_name" || refuse "$*; and the container does not stop, so nothing of it was removed"
  fi
  before kept
  if [ "$value" = yes ]; then
    put_root_aside "$w_name" || refuse "$*; and its root directory cannot be moved aside, so nothing was removed"
  fi
  before system
  was=$value
  left='nothing of it is left on the host'
  forget_container "$w_name" >/dev/null 2>&1 || :
  put_root_back "$w_name" || refuse "$*; its data waits in ${statedir#"$r"}/.kept-$w_name and cannot be moved back"
  restored=$reloaded
  if [ -f "$dir/before/conf" ]; then put_conf_back || restored=no; fi
  if [ -f "$dir/before/configuration.nix" ]; then put_configuration "$w_name" "$dir/before/configuration.nix" || restored=no; fi
  if [ -n "$was" ]; then
    (umask 022 && mkdir -p "$profiles/$w_name")
    nix-env -p "$profiles/$w_name/system" --set "$was" || restored=no
  fi
  if [ -e "$dir/journal" ] || [ -e "$statedir/$w_name" ]; then left='what was there before is back'; fi
  before boot
  if [ "$value$(drop_in_before)" != no ] && [ "$left" = 'what was there before is back' ]; then set_unit "$w_name" "$value" "$(drop_in_before)" || restored=no; fi
  if [ "$restored" = no ]; then
    start_stopped
    refuse "$*; what was there before could not be put back entirely: see above, mend the host, and deploy again. It is kept in ${dir#"$r"}/before"
  fi
  rm -f "$gcroots/$w_name"
  before up
  if [ "$value" = yes ] && { [ -z "$was" ] || ! start_container "$w_name"; }; then
    left='what there is of it is back where it was, but it is down: it cannot start as it was'
  fi
  start_stopped
  for modules in "$dir"/modules-*; do
    is_imported_before "$modules" || rm -rf "$modules"
  done
  forget_change
  tidy
  refuse "$*; $left"
}

write_journal() {
  system_of "$w_name"
  {
    printf 'version=1\nowner=%s\ntoken=%s\nconfig=%s\nmodule=%s\n' "$w_owner" "$w_apply" "$w_config" "$w_module"
    printf 'nixos=%s\nsystem=%s\nstate-version=%s\n' "$(configuration_sum)" "$system" "$w_state_version"
    printf 'nixpkgs=%s\nnixpkgs-release=%s\nremoval=%s\nprotect=%s\nmachine=%s\n' "$built_nixpkgs" "$built_release" "$w_removal" "$w_protect" "$w_machine"
  } | write_file "$dir/journal"
}

# The nixpkgs the present system was built with: this run's, unless it built nothing.
keep_versions() {
  built_nixpkgs=${nixpkgs#"$r"}
  built_release=$release
  if [ "$1" = old ]; then
    value_of nixpkgs "$dir/journal"
    built_nixpkgs=$value
    value_of nixpkgs-release "$dir/journal"
    built_release=$value
  fi
}

end_change() {
  write_journal || refuse 'the journal could not be written'
  clear_away
}

# Takes away what a change has needed, be it one that was cut off right at its end. The intent goes first: without it the rest means nothing.
clear_away() {
  rm -f "$dir/intent" "$dir/intent.new" "$dir/intent.unfinished" "$dir/yielded"
  settle_names "$dir"
  forget_failure "$w_name"
  rm -rf "$dir/before"
  rm -f "$gcroots/$w_name"
  hold_places
  rmdir "$gcroots" "$wants" "$control/container@$w_name.service.d" "$control" 2>/dev/null || :
  free_places
  for modules in "$dir"/modules-*; do
    [ "$modules" = "$dir/$w_module" ] || rm -rf "$modules"
  done
  settle_names "$dir"
}
