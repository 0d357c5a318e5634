# shellcheck shell=sh
# Brings one container to what the code wants. What is wanted stands in the variables w_…, its files in `wanted_files`.

# Refuses what is not ours, and what is neither what the plan was computed from nor already as wanted.
# Takes: rename.
check_promise() {
  [ ! -L "$conf" ] || refuse "is declared by the host's own configuration; choose another name, or remove it there"
  get_owner "$w_name"
  _whose=''
  if [ -z "$got_owner" ] && [ "$rename" != no ]; then
    get_owner "$w_other"
    _whose="$w_other "
  fi
  if [ -n "$got_owner" ]; then
    [ "$got_owner" = "$w_owner" ] || refuse "${_whose}belongs to $got_owner, not to $w_owner; choose another name, or remove it there"
  elif [ "$w_adopt" = no ]; then
    [ ! -e "$conf" ] || refuse "exists and nobody manages it; set adopt: true to take it over, or choose another name"
    [ ! -e "$statedir/$w_name" ] || refuse "${statedir#"$r"}/$w_name holds the data of an earlier container; set adopt: true to use it, or move it away"
  fi
  if [ "$w_running" = yes ] || is_up "$w_name"; then
    [ "$(systemctl show "container@$w_name.service" -p LoadState --value)" != masked ] ||
      refuse "its unit container@$w_name.service is masked, so that nothing could start or reload it; nothing was touched. Unmask it (systemctl unmask)"
    machinectl list >/dev/null 2>&1 || refuse 'systemd-machined does not answer; nothing was touched. See systemctl status systemd-machined'
  fi
  check_addresses
  check_credentials
  [ "$w_base" != any ] || return 0
  _found=$(digest_of "$w_name") || refuse 'systemd does not tell its state; nothing was touched'
  if [ "$rename" != no ]; then
    _other=$(digest_of "$w_other") || refuse 'systemd does not tell its state; nothing was touched'
    _found=$(printf '%s\n%s\n' "$_found" "$_other" | sha256)
  fi
  [ "$_found" != "$w_base" ] || return 0
  get_value base "$dir/intent"
  [ "$got_value" != "$w_base" ] || {
    get_value target "$dir/intent"
    [ "$got_value" != "$w_target" ] || return 0
  }
  refuse "changed since the plan was made, and is not what the code wants either; nothing was touched. Run the plan again and look at it"
}

# Refuses an address that was free when it was chosen, and that somebody took since.
# Takes: nothing.
check_addresses() {
  for _address in $w_free; do
    for _path in "$confdir"/*.conf; do
      if [ "$_path" = "$conf" ] || [ ! -f "$_path" ]; then continue; fi
      while IFS= read -r _line || [ -n "$_line" ]; do
        case $_line in
          HOST_ADDRESS*="$_address" | LOCAL_ADDRESS*="$_address" | LOCAL_ADDRESS*="$_address/"* | HOST_ADDRESS*=[\"\']"$_address"[\"\'] | LOCAL_ADDRESS*=[\"\']"$_address"[\"\'/]*)
            _path=${_path##*/}
            refuse "$_address is now an address of ${_path%.conf}, and was free when the plan was made; nothing was touched. Run the plan again"
            ;;
        esac
      done <"$_path"
    done
  done
}

# Refuses where a credential's file is gone: the container would be stopped, and could start neither as it shall be nor as it was.
# Takes: nothing.
check_credentials() {
  [ "$w_running" = yes ] || return 0
  # Its words hold no wildcards: splitting them is meant.
  for _flag in $w_conf; do
    case $_flag in *--load-credential=*:/*) ;; *) continue ;; esac
    _flag=${_flag#*--load-credential=}
    _flag=${_flag%\"}
    [ -e "$r${_flag#*:}" ] || refuse "credential ${_flag%%:*}: ${_flag#*:} is not there any more, and the container could not start; nothing was touched. Have it decrypted on the host (age.secrets, sops.secrets, systemd-creds), and deploy again"
  done
}

# Takes: $1 `quietly` keeps the time of the one that is there.
write_conf() {
  if [ -f "$conf" ]; then touch -r "$conf" "$workdir/conf-time"; else : >"$workdir/conf-time"; fi
  if ! printf '%s\n' "$w_conf" >"$conf.new" || ! chmod 644 "$conf.new"; then give_up 'the conf could not be written'; fi
  if [ "${1-}" = quietly ]; then touch -r "$workdir/conf-time" "$conf.new"; fi
  if ! sync "$conf.new" || ! mv -f "$conf.new" "$conf" || ! sync "$confdir"; then give_up 'the conf could not be written'; fi
}

# What systemd said that it passes over in our drop-in, which it tells its journal alone, when it reads the file.
# Takes: $1 container, $2 seconds since the epoch at which it was told to. Sets: got_ignored (one line, empty for nothing).
get_ignored() {
  systemctl show "container@$1.service" -p Id >/dev/null
  journalctl --sync >/dev/null 2>&1 || :
  got_ignored=$(journalctl -u "container@$1.service" --since "@$2" -n 50 --no-pager -o cat 2>/dev/null | sed -n 's/^.*\/90-cdktf-nixos\.conf:[0-9]*: //p' | sort -u | head -n 3 | tr '\n' ' ')
}

# Takes: resumed.
prepare_unit() {
  _what=''
  boot_as_wanted || _what='start at boot'
  drop_in_as_wanted || _what="${_what:+$_what and }$w_unit_words"
  _clear=no
  settings_as_wanted || {
    _clear=yes
    case $_what in *'unit settings') ;; *) _what="${_what:+$_what and }unit settings" ;; esac
  }
  if [ -n "$_what" ] || [ "$resumed" = yes ]; then
    begin_step "setting $w_unit_aspects"
    if [ "$_clear" = yes ]; then
      get_cleared "$w_name" "$dir/before/settings" || give_up 'what was set by hand with systemctl cannot be taken away'
    fi
    if [ "$_clear$resumed" = nono ]; then _again=no; else _again=yes; fi
    _told=$(date +%s)
    set_unit "$w_name" "$w_boot" "$w_drop_in" "$_again" ||
      give_up "what its unit is told cannot be set below /etc/systemd/system.control"
    # A run that was cut off may have come no further than the files, whatever they said before.
    if [ "$_again" = yes ]; then reach_running "$w_name" || give_up 'what its unit was told before cannot be taken from the running container'; fi
    case $w_unit_words in
      'unit settings')
        get_ignored "$w_name" "$_told"
        [ -z "$got_ignored" ] || give_up "systemd does not take what its unit is told (unit.unitConfig, unit.serviceConfig): ${got_ignored% }"
        ;;
    esac
    done_step "set ${_what:-$w_unit_aspects}"
  fi
}

# Takes: rename. Sets: conf, restart.
work() {
  lock_names
  begin_work "$w_name${w_other:+ $w_other}" "$w_action"
  note_step 'looking at what is there'
  find_layout
  [ -n "$tool" ] || refuse 'this host has no nixos-container; set boot.enableContainers = true; and rebuild it'
  conf=$confdir/$w_name.conf
  find_rename # sets rename
  if [ "$rename" != no ]; then
    check_promise
    settle "$w_other" 600
    settle "$w_name" 600
    if [ "$rename" = on ]; then take_over; else undo_rename; fi
  fi
  choose_versions # sets w_state_version, w_conf
  name_modules
  if [ "$rename" = no ] && all_as_wanted; then
    get_value token "$dir/journal"
    if [ "$got_value" = "$w_apply" ]; then
      say "$w_name: is as wanted; nothing to do"
    else
      keep_versions old
      write_journal || refuse 'the journal could not be written'
      say "$w_name: is as wanted already; noted in its journal"
    fi
    clear_away
    exit 0
  fi
  [ "$rename" != no ] || check_promise
  settle "$w_name" 600
  if ! get_last_system && mountpoint -q "$statedir/$w_name"; then
    refuse "${statedir#"$r"}/$w_name is a mount point: a create that fails would delete what is on it; create the container before mounting it, and adopt it"
  fi
  undo_removal
  begin_change # sets resumed, made
  mend_profile
  if ! get_last_system; then
    [ -n "$nixpkgs" ] || give_up 'no nixpkgs was found on this host (NIX_PATH), so nothing can be built'
    begin_step 'writing the module files'
    write_modules
    done_step 'wrote the module files'
    if [ -n "$w_addresses" ]; then
      # Two addresses without special characters: splitting them is meant.
      # shellcheck disable=SC2086
      create_system --host-address ${w_addresses% *} --local-address ${w_addresses#* }
    else
      create_system
    fi
    write_conf
    keep_versions new
    prepare_unit
  else
    put_root_back "$w_name" || refuse "its data waits in ${statedir#"$r"}/.kept-$w_name and cannot be moved back"
    if is_up "$w_name" && profile_unseen; then restart=yes; fi
    if root_moves; then restart=yes; fi
    if conf_as_wanted; then
      write_conf quietly
    else
      restart=yes
      if [ ! -e "$conf" ]; then
        begin_step 'writing the conf'
        write_conf
        done_step 'wrote the conf, which was missing'
      fi
    fi
    # The start timeout bounds a reload as well.
    prepare_unit
    if system_as_wanted; then
      keep_versions old
    else
      [ -n "$nixpkgs" ] || give_up 'no nixpkgs was found on this host (NIX_PATH), so nothing can be built'
      begin_step 'writing the module files'
      write_modules
      done_step 'wrote the module files'
      update_system # sets restart, reload_failed
      keep_versions new
    fi
    if ! conf_as_wanted; then
      begin_step 'writing the conf'
      write_conf
      done_step 'wrote the conf'
    fi
  fi
  stop_others
  bring_up_or_down
  end_change
  say "$w_name: done"
}

detach "$@"
