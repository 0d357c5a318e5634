# shellcheck shell=sh
# What is wanted of one container, and whether the host is already so.

# Takes: $1 container. Sets: got_system (empty when there is none).
get_system() {
  got_system=$(readlink "$profiles/$1/system") || {
    got_system=''
    return 0
  }
  case $got_system in
    /*) ;;
    *) got_system=$(readlink "$profiles/$1/$got_system") || got_system='' ;;
  esac
}

# Whether there is a container to go on with, and the system it has, or had. A lost conf can be written again, and a lost profile
# led to its system, as long as the store holds that. What does not stand is made with `nixos-container create`, which takes it down first.
# Takes: nothing. Sets: got_last_system. Fails: there is no such container.
get_last_system() {
  get_system "$w_name"
  got_last_system=$got_system
  if [ -z "$got_last_system" ] && [ -d "$statedir/$w_name" ]; then
    get_value system "$dir/journal"
    if [ -n "$got_value" ] && [ -e "$r$got_value" ]; then got_last_system=$got_value; fi
  fi
  [ -n "$got_last_system" ] || return 1
  [ -e "$conf" ] || { [ -e "$dir/journal" ] && [ -d "$statedir/$w_name" ]; }
}

# Takes: nothing.
mend_profile() {
  get_last_system || return 0
  _known=$got_last_system
  get_system "$w_name"
  [ -z "$got_system" ] || return 0
  (umask 022 && mkdir -p "$profiles/$w_name")
  nix-env -p "$profiles/$w_name/system" --set "$_known" || give_up 'its system profile is missing, and could not be led to its system again'
  say "$w_name: its system profile was missing, and leads to its system again"
}

# The state version and nixpkgs to build with. The conf keeps the version, lest it be lost with all that is ours.
# Takes: nothing. Sets: w_state_version, w_conf.
choose_versions() {
  find_nixpkgs
  if [ "$w_state_version" = auto ]; then
    get_version
    w_state_version=$(say "$got_version" | sed -n 's/^\([0-9][0-9]\.[0-9][0-9]\)\([^0-9].*\)\{0,1\}$/\1/p')
  fi
  [ -z "$w_state_version" ] || w_conf="$w_conf
CDKTF_NIXOS_STATE_VERSION=$w_state_version"
}

# What tells the state version first: journal, container.nix, conf, the system it has, the nixpkgs of the host.
# Takes: nothing. Sets: got_version.
get_version() {
  get_value state-version "$dir/journal"
  got_version=$got_value
  [ -z "$got_version" ] || return 0
  got_version=$(sed -n 's/^  system\.stateVersion = lib\.mkDefault "\(.*\)";$/\1/p' "$dir"/modules-*/container.nix 2>/dev/null | sort -u)
  case $got_version in
    '' | *[!0-9.]*)
      get_value CDKTF_NIXOS_STATE_VERSION "$conf"
      got_version=$got_value
      ;;
  esac
  [ -z "$got_version" ] || return 0
  get_system "$w_name"
  got_version=$release
  if [ -n "$got_system" ] && [ -r "$r$got_system/nixos-version" ]; then read -r got_version <"$r$got_system/nixos-version" || :; fi
}

# The text of container.nix: TypeScript wrote it, save for the state version, whose line goes where there is none.
# Takes: nothing. Prints: the text. Fails: it cannot be written.
container_module() {
  _before=${w_container_nix%%@state-version@*}
  _after=${w_container_nix#*@state-version@}
  if [ -n "$w_state_version" ]; then
    say "$_before$w_state_version$_after"
  else
    say "${_before%
*}
${_after#*
}"
  fi
}

# Where the module files of this configuration and state version belong.
# Takes: nothing. Sets: w_module.
name_modules() {
  w_module=$(printf '%s %s %s' "$w_config" "$w_entry" "$w_state_version${w_inside:+ $w_inside}" | sha256sum)
  w_module=modules-${w_module%"${w_module#????????????????}"}
}

# Takes: $1 folder. Prints: the digest.
tree_digest() {
  (cd "$1" 2>/dev/null && find . -type f -print0 | sed -z 's,^\./,,' | sort -z | xargs -0 -r sha256sum | sha256)
}

# Takes: nothing. Fails: they are not.
modules_as_wanted() {
  [ "$(tree_digest "$dir/$w_module/config")" = "$w_config" ] &&
    container_module | cmp -s - "$dir/$w_module/container.nix"
}

# The digest of configuration.nix, if it is a file: root inside may have put anything in its place.
# Takes: nothing. Prints: the digest, or nothing.
configuration_sum() {
  _path=$statedir/$w_name/etc/nixos/configuration.nix
  if [ -f "$_path" ] && [ ! -L "$_path" ]; then sha256 <"$_path"; fi
}

# A conf as systemd reads it, without what makes no difference to a running container.
# Takes: $1 path of the conf. Prints: its entries, sorted.
conf_essence() {
  [ -f "$1" ] || return 0
  awk -v single="'" '
    { sub(/\r$/, "") }
    match($0, /^[ \t]*[A-Za-z_][A-Za-z0-9_]*=/) {
      key = substr($0, 1, RLENGTH - 1); sub(/^[ \t]*/, "", key)
      value = substr($0, RLENGTH + 1); gsub(/^[ \t]+|[ \t]+$/, "", value)
      first = substr(value, 1, 1)
      if (length(value) > 1 && (first == "\"" || first == single) && substr(value, length(value)) == first) value = substr(value, 2, length(value) - 2)
      if (value == "") delete entry[key]; else entry[key] = value
    }
    END {
      delete entry["AUTO_START"]; delete entry["CDKTF_NIXOS_OWNER"]; delete entry["CDKTF_NIXOS_STATE_VERSION"]
      for (key in entry) print key "=" entry[key]
    }' "$1" | sort
}

# Takes: nothing. Fails: it is not.
conf_as_wanted() {
  [ "$(conf_essence "$conf")" = "$(printf '%s\n' "$w_conf" >"$workdir/conf" && conf_essence "$workdir/conf")" ]
}

# Takes: $1 key, $2 value. Fails: the journal says something else.
is_noted() {
  get_value "$1" "$dir/journal"
  [ "$got_value" = "$2" ]
}

# Takes: rename. Fails: it is not.
system_as_wanted() {
  # A configuration.nix names its container.
  [ "$rename" != on ] || return 1
  get_system "$w_name"
  get_value system "$dir/journal"
  [ -n "$got_system" ] && [ "$got_system" = "$got_value" ] || return 1
  is_noted config "$w_config" && is_noted module "$w_module" && modules_as_wanted || return 1
  get_value nixos "$dir/journal"
  [ -n "$got_value" ] && [ "$got_value" = "$(configuration_sum)" ] || return 1
  [ "$w_follow" = no ] || is_noted nixpkgs "${nixpkgs#"$r"}"
}

# Takes: nothing. Fails: it is not.
boot_as_wanted() {
  if [ "$w_boot" = yes ]; then starts_at_boot "$w_name"; else ! starts_at_boot "$w_name"; fi
}

# Takes: nothing. Fails: it is not.
drop_in_as_wanted() {
  get_drop_in "$w_name"
  if [ -n "$w_drop_in" ]; then say "$w_drop_in" | cmp -s - "$got_drop_in"; else [ ! -e "$got_drop_in" ]; fi
}

# Whether this change moves the root directory into memory or out of it: what runs stays where it started.
# Takes: nothing. Fails: it does not.
root_moves() { [ "$(drop_in_before | grep '^Environment=root=')" != "$(say "$w_drop_in" | grep '^Environment=root=')" ]; }

# Whether nobody told the unit anything by hand.
# Takes: nothing. Fails: somebody did.
settings_as_wanted() {
  for _tree in $by_hand; do
    for _file in "$r/$_tree/container@$w_name.service.d"/*.conf; do
      if [ "$_file" != "$control/container@$w_name.service.d/90-cdktf-nixos.conf" ] && { [ -e "$_file" ] || [ -L "$_file" ]; }; then return 1; fi
    done
  done
}

# The system that runs inside, as far as it can be told.
# Takes: nothing. Sets: got_running (empty when it cannot be told).
get_running() {
  _leader=$(machinectl show "$w_name" -p Leader --value 2>/dev/null)
  got_running=$(readlink "$r/proc/${_leader:-none}/root/run/current-system") || got_running=''
  case $got_running in
    /nix/store/*) ;;
    *) got_running=$(timeout 10 nixos-container run "$w_name" -- readlink -f /run/current-system </dev/null 2>/dev/null) || got_running='' ;;
  esac
}

# Whether a running container does not see its profile: it sees the folder that there was at its start, here one that was removed since.
# Takes: nothing. Fails: it sees it.
profile_unseen() {
  _leader=$(machinectl show "$w_name" -p Leader --value 2>/dev/null)
  [ "$(stat -c %h "$r/proc/${_leader:-none}/root/nix/var/nix/profiles" 2>/dev/null)" = 0 ]
}

# Whether the conf was written after the container began to start: what it runs with is unknown then.
# Takes: nothing. Fails: that is so.
conf_in_effect() {
  _started=$(TZ=UTC systemctl show "container@$w_name.service" -p InactiveExitTimestamp --value)
  [ -n "$_started" ] || return 0
  [ "$(stat -c %Y "$conf")" -le "$(date -u -d "$_started" +%s)" ]
}

# Takes: nothing. Fails: it does not.
run_as_wanted() {
  if [ "$w_running" = no ]; then
    get_active "$w_name"
    case $got_active in inactive | failed) return 0 ;; *) return 1 ;; esac
  fi
  is_up "$w_name" || return 1
  get_running
  get_system "$w_name"
  [ "$got_running" = "$got_system" ] || return 1
  [ "$w_restart" = no ] || { conf_in_effect && credentials_in_effect; }
}

# Whether it runs with the credentials that the host has now: it got its own copy of each when it started.
# Takes: nothing. Fails: another one has come since.
credentials_in_effect() {
  case $w_conf in *--load-credential=*) ;; *) return 0 ;; esac
  get_stale_credentials "$w_name" "$(machinectl show "$w_name" -p Leader --value 2>/dev/null)"
  [ -z "$got_stale_credentials" ]
}

# Takes: nothing. Fails: it is not.
journal_as_wanted() {
  [ ! -e "$dir/intent" ] || return 1
  is_noted owner "$w_owner" && is_noted removal "$w_removal" && is_noted protect "$w_protect" && is_noted machine "$w_machine"
}

# Takes: nothing. Fails: it is not.
all_as_wanted() {
  [ -f "$conf" ] && journal_as_wanted && conf_as_wanted && system_as_wanted && boot_as_wanted && drop_in_as_wanted && settings_as_wanted && run_as_wanted
}
