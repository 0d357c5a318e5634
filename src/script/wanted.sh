# shellcheck shell=sh
# What is wanted of one container, and whether the host is already so.

system_of() {
  system=$(readlink "$profiles/$1/system") || {
    system=''
    return 0
  }
  case $system in
    /*) ;;
    *) system=$(readlink "$profiles/$1/$system") || system='' ;;
  esac
}

# Whether there is a container to go on with, and the $system it has, or had. A lost conf can be written again, and a lost profile
# led to its system, as long as the store holds that. What does not stand is made with `nixos-container create`, which takes it down first.
stands() {
  system_of "$w_name"
  if [ -z "$system" ] && [ -d "$statedir/$w_name" ]; then
    value_of system "$dir/journal"
    if [ -n "$value" ] && [ -e "$r$value" ]; then system=$value; fi
  fi
  [ -n "$system" ] || return 1
  [ -e "$conf" ] || { [ -e "$dir/journal" ] && [ -d "$statedir/$w_name" ]; }
}

mend_profile() {
  stands || return 0
  known=$system
  system_of "$w_name"
  [ -z "$system" ] || return 0
  (umask 022 && mkdir -p "$profiles/$w_name")
  nix-env -p "$profiles/$w_name/system" --set "$known" || give_up 'its system profile is missing, and could not be led to its system again'
  say "$w_name: its system profile was missing, and leads to its system again"
}

# The state version and nixpkgs to build with. The conf keeps the version, lest it be lost with all that is ours.
choose_versions() {
  find_nixpkgs
  if [ "$w_state_version" = auto ]; then
    recorded_version
    w_state_version=$(say "$value" | sed -n 's/^\([0-9][0-9]\.[0-9][0-9]\)\([^0-9].*\)\{0,1\}$/\1/p')
  fi
  [ -z "$w_state_version" ] || w_conf="$w_conf
CDKTF_NIXOS_STATE_VERSION=$w_state_version"
}

# What tells the state version first: journal, container.nix, conf, the system it has, the nixpkgs of the host.
recorded_version() {
  value_of state-version "$dir/journal"
  [ -z "$value" ] || return 0
  value=$(sed -n 's/^  system\.stateVersion = lib\.mkDefault "\(.*\)";$/\1/p' "$dir"/modules-*/container.nix 2>/dev/null | sort -u)
  case $value in '' | *[!0-9.]*) value_of CDKTF_NIXOS_STATE_VERSION "$conf" ;; esac
  [ -z "$value" ] || return 0
  system_of "$w_name"
  value=$release
  if [ -n "$system" ] && [ -r "$r$system/nixos-version" ]; then read -r value <"$r$system/nixos-version" || :; fi
}

# The text of container.nix: TypeScript wrote it, save for the state version, whose line goes where there is none.
container_module() {
  before=${w_container_nix%%@state-version@*}
  after=${w_container_nix#*@state-version@}
  if [ -n "$w_state_version" ]; then
    say "$before$w_state_version$after"
  else
    say "${before%
*}
${after#*
}"
  fi
}

# Where the module files of this configuration and state version belong.
name_modules() {
  w_module=$(printf '%s %s %s' "$w_config" "$w_entry" "$w_state_version" | sha256sum)
  w_module=modules-${w_module%"${w_module#????????????????}"}
}

tree_digest() {
  (cd "$1" 2>/dev/null && find . -type f -print0 | sed -z 's,^\./,,' | sort -z | xargs -0 -r sha256sum | sha256)
}

modules_as_wanted() {
  [ "$(tree_digest "$dir/$w_module/config")" = "$w_config" ] &&
    container_module | cmp -s - "$dir/$w_module/container.nix"
}

# The digest of configuration.nix, if it is a file: root inside may have put anything in its place.
configuration_sum() {
  path=$statedir/$w_name/etc/nixos/configuration.nix
  if [ -f "$path" ] && [ ! -L "$path" ]; then sha256 <"$path"; fi
}

# A conf as systemd reads it, without what makes no difference to a running container.
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

conf_as_wanted() {
  [ "$(conf_essence "$conf")" = "$(printf '%s\n' "$w_conf" >"$workdir/conf" && conf_essence "$workdir/conf")" ]
}

system_as_wanted() {
  system_of "$w_name"
  value_of system "$dir/journal"
  [ -n "$system" ] && [ "$system" = "$value" ] || return 1
  value_of config "$dir/journal"
  [ "$value" = "$w_config" ] || return 1
  value_of module "$dir/journal"
  [ "$value" = "$w_module" ] && modules_as_wanted || return 1
  value_of nixos "$dir/journal"
  [ -n "$value" ] && [ "$value" = "$(configuration_sum)" ] || return 1
  if [ "$w_follow" = yes ]; then
    value_of nixpkgs "$dir/journal"
    [ "$value" = "${nixpkgs#"$r"}" ] || return 1
  fi
}

boot_as_wanted() {
  if [ "$w_boot" = yes ]; then starts_at_boot "$w_name"; else ! starts_at_boot "$w_name"; fi
}

drop_in_as_wanted() {
  find_drop_in "$w_name"
  if [ -n "$w_drop_in" ]; then say "$w_drop_in" | cmp -s - "$drop_in"; else [ ! -e "$drop_in" ]; fi
}

# The system that runs inside, as far as it can be told.
running_system() {
  leader=$(machinectl show "$w_name" -p Leader --value 2>/dev/null)
  running=$(readlink "$r/proc/${leader:-none}/root/run/current-system") || running=''
  case $running in
    /nix/store/*) ;;
    *) running=$(timeout 10 nixos-container run "$w_name" -- readlink -f /run/current-system </dev/null 2>/dev/null) || running='' ;;
  esac
}

# Whether a running container does not see its profile: it sees the folder that there was at its start, here one that was removed since.
profile_unseen() {
  leader=$(machinectl show "$w_name" -p Leader --value 2>/dev/null)
  [ "$(stat -c %h "$r/proc/${leader:-none}/root/nix/var/nix/profiles" 2>/dev/null)" = 0 ]
}

# Whether the conf was written after the container began to start: what it runs with is unknown then.
conf_in_effect() {
  started=$(TZ=UTC systemctl show "container@$w_name.service" -p InactiveExitTimestamp --value)
  [ -n "$started" ] || return 0
  [ "$(stat -c %Y "$conf")" -le "$(date -u -d "$started" +%s)" ]
}

run_as_wanted() {
  if [ "$w_running" = no ]; then
    active_state "$w_name"
    case $active in inactive | failed) return 0 ;; *) return 1 ;; esac
  fi
  is_up "$w_name" || return 1
  running_system
  [ "$running" = "$system" ] && conf_in_effect
}

journal_as_wanted() {
  [ ! -e "$dir/intent" ] || return 1
  value_of owner "$dir/journal" && [ "$value" = "$w_owner" ] || return 1
  value_of removal "$dir/journal" && [ "$value" = "$w_removal" ] || return 1
  value_of protect "$dir/journal" && [ "$value" = "$w_protect" ] || return 1
  value_of machine "$dir/journal" && [ "$value" = "$w_machine" ]
}

all_as_wanted() {
  [ -f "$conf" ] && journal_as_wanted && conf_as_wanted && system_as_wanted && boot_as_wanted && drop_in_as_wanted && run_as_wanted
}
