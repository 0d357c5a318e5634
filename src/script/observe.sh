# shellcheck shell=sh
# What is known of the containers of a host, as the records of docs/host.md.
# A fixed number of processes serves any number of containers.

details=no

# The state records of the named containers, and their info records where details are wanted.
# Takes: $@ containers. Prints: the records. Fails: not all could be observed.
observe() {
  [ $# -gt 0 ] || return 0
  _confs=''
  _notes=''
  _places=''
  _units=''
  for _container in "$@"; do
    [ ! -f "$confdir/$_container.conf" ] || _confs="$_confs $confdir/$_container.conf"
    for _file in "$ours/containers/$_container/journal" "$ours/containers/$_container/intent" "$control/container@$_container.service.d/90-cdktf-nixos.conf"; do
      [ ! -f "$_file" ] || _notes="$_notes $_file"
    done
    _places="$_places $confdir/$_container.conf $statedir/$_container $profiles/$_container $wants/container@$_container.service"
    for _tree in $by_hand; do
      [ ! -d "$r/$_tree/container@$_container.service.d" ] || _places="$_places $r/$_tree/container@$_container.service.d"
    done
    _units="$_units container@$_container.service"
  done
  # The lists hold paths of ours and names without special characters: splitting them is meant.
  # shellcheck disable=SC2086
  {
    # A file may vanish under our eyes: awk reads it line by line itself, as it would give up at a missing operand.
    [ -z "$_confs" ] || awk 'BEGIN {
      for (i = 1; i < ARGC; i++) {
        file = ARGV[i]; name = file; sub(/.*\//, "", name); sub(/\.conf$/, "", name)
        while ((getline line < file) > 0) { gsub(/\r/, "\\r", line); print "state\t" name "\tconf\t" line }
        close(file)
      }
    }' $_confs
    observe_places $_places
    observe_units $_units
    [ -z "$_notes" ] || awk 'BEGIN {
      for (i = 1; i < ARGC; i++) {
        file = ARGV[i]; name = file; field = file
        if (sub(/\/90-cdktf-nixos\.conf$/, "", name)) { sub(/.*\/container@/, "", name); sub(/\.service\.d$/, "", name); field = "drop-in" }
        else { sub(/.*\//, "", field); sub(/\/[^\/]*$/, "", name); sub(/.*\//, "", name) }
        while ((getline line < file) > 0) print "state\t" name "\t" field "\t" line
        close(file)
      }
    }' $_notes
  }
  observe_files "$@"
}

# Half an observation must not look like a whole one: the program ends here.
# Takes: $@ the reason. Ends: the program.
fail_observation() {
  say "$*" >&2
  exit 1
}

# Takes: $@ paths of confs, root directories, profiles and links. Prints: the records.
observe_places() {
  _mounts=''
  [ ! -r "$r/proc/self/mountinfo" ] || _mounts=$r/proc/self/mountinfo
  _where=$(cd -P "$statedir" 2>/dev/null && pwd) || _where=$statedir
  # What is inside a root directory is the container's: it is not even listed.
  find "$@" -maxdepth 1 ! -path "*
*" \( -path "$statedir/*" -type d -prune , -printf '%H\t%f\t%d\t%y\t%T@\t%U\t%l\n' \) 2>/dev/null |
    awk -F '\t' -v confdir="$confdir" -v statedir="$statedir" -v profiles="$profiles" -v wants="$wants" \
      -v details="$details" -v mounts="$_mounts" -v where="$_where" -v root="$r" '
      function in_dir(dir) { return substr($1, 1, length(dir) + 1) == dir "/" }
      BEGIN { if (mounts != "") while ((getline line < mounts) > 0) { split(line, m, " "); mounted[root m[5]] = 1 } }
      { name = $1; sub(/.*\//, "", name) }
      in_dir(confdir) && $3 == 0 {
        sub(/\.conf$/, "", name)
        owner[name] = $6
        if ($4 == "l") print "state\t" name "\tconf-link\t" $7
        split($5, t, "."); if (details == "yes") print "info\t" name "\tconf-time\t" t[1]
      }
      in_dir(statedir) && $3 == 0 && $4 == "d" { root_owner[name] = $6; print "state\t" name "\troot\t" ($1 in mounted || (where "/" name) in mounted ? "mount" : "dir") }
      in_dir(profiles) && $4 == "l" { target[name "/" $2] = $7; if ($2 == "system") profiled[++count] = name }
      # systemd wants what a link names, unless the link masks it.
      in_dir(wants) && $3 == 0 && $4 == "l" && $7 != "/dev/null" { sub(/^container@/, "", name); sub(/\.service$/, "", name); print "state\t" name "\tboot\tyes" }
      name ~ /^container@.*\.service\.d$/ && $3 == 1 && $2 ~ /\.conf$/ && $2 != "90-cdktf-nixos.conf" {
        sub(/^container@/, "", name); sub(/\.service\.d$/, "", name)
        print "state\t" name "\tforeign-drop-in\t" substr($1, length(root) + 1) "/" $2
      }
      END {
        # Of whom the conf is, that is root, whatever number it has here.
        if (details == "yes") for (name in root_owner) if (name in owner && root_owner[name] != owner[name]) print "info\t" name "\troot-owner\t" root_owner[name]
        for (i = 1; i <= count; i++) {
          name = profiled[i]; path = target[name "/system"]
          if (path !~ /^\//) path = target[name "/" path]
          if (path != "") print "state\t" name "\tprofile\t" path
          version = root path "/nixos-version"
          if (details == "yes" && path ~ /^\/nix\/store\/[^\/]+$/ && (getline line < version) > 0) print "info\t" name "\trelease\t" line
          close(version)
        }
      }'
}

# systemd speaks of all units in one go; what runs inside is read through the leader of each.
# Takes: $@ units. Sets: units_up, units_begun, unit_times, unit_id, unit_load, unit_active, unit_sub_state, unit_since. Prints: the records.
observe_units() {
  # What systemd does not tell must not look like containers that are down.
  _shown=$(TZ=UTC systemctl show "$@" -p Id -p LoadState -p ActiveState -p SubState -p InactiveExitTimestamp) ||
    fail_observation 'systemctl show does not tell the state of the containers'
  units_up=''
  units_begun=''
  unit_times=''
  forget_unit # sets unit_id, unit_load, unit_active, unit_sub_state, unit_since
  while IFS= read -r _line; do
    case $_line in
      Id=container@*) unit_id=${_line#Id=container@} && unit_id=${unit_id%.service} ;;
      LoadState=*) unit_load=${_line#*=} ;;
      ActiveState=*) unit_active=${_line#*=} ;;
      SubState=*) unit_sub_state=${_line#*=} ;;
      InactiveExitTimestamp=*) unit_since=${_line#*=} ;;
      '')
        observe_unit # sets units_up, units_begun, unit_times
        forget_unit # sets unit_id, unit_load, unit_active, unit_sub_state, unit_since
        ;;
    esac
  done <<EOF
$_shown
EOF
  observe_unit # sets units_up, units_begun, unit_times
  [ -n "$units_up" ] || return 0
  # Names have no special characters: splitting them is meant.
  # shellcheck disable=SC2086
  observe_insides $units_up
  if [ "$details" = no ] || [ -z "$unit_times" ]; then return 0; fi
  # One `date` reads all the times at which units began to start.
  _seconds=$(printf '%s' "$unit_times" | date -u -f - +%s)
  for _name in $units_begun; do
    say "info${tab}$_name${tab}since${tab}${_seconds%%
*}"
    _seconds=${_seconds#*
}
  done
}

# Takes: nothing. Sets: unit_id, unit_load, unit_active, unit_sub_state, unit_since.
forget_unit() {
  unit_id=''
  unit_load=''
  unit_active=''
  unit_sub_state=''
  unit_since=''
}

# The records of the unit just read.
# Takes: unit_id, unit_active, unit_since, unit_sub_state, unit_load. Sets: units_up, units_begun, unit_times. Prints: the records.
observe_unit() {
  [ -n "$unit_id" ] || return 0
  case $unit_active in
    active | reloading)
      units_up="$units_up $unit_id"
      say "state${tab}$unit_id${tab}unit${tab}up"
      [ -z "$unit_since" ] || {
        units_begun="$units_begun $unit_id"
        unit_times="$unit_times$unit_since
"
      }
      ;;
  esac
  [ "$details" = yes ] || return 0
  say "info${tab}$unit_id${tab}active${tab}$unit_active $unit_sub_state"
  [ "$unit_load" != masked ] || say "info${tab}$unit_id${tab}masked${tab}yes"
}

# What runs inside the named containers: one machinectl tells their leaders, one `find` reads what all of them lead to.
# Takes: $@ containers that are up. Prints: the records.
observe_insides() {
  _leaders=''
  # It ends at the first machine it does not find: then each is asked for by itself.
  _leading=$(machinectl show "$@" -p Name -p Leader 2>/dev/null) ||
    _leading=$(for _up; do machinectl show "$_up" -p Name -p Leader 2>/dev/null; done)
  _up=''
  _leader=''
  _links=''
  while IFS= read -r _said; do
    case $_said in
      Name=*) _up=${_said#Name=} ;;
      Leader=*) _leader=${_said#Leader=} ;;
    esac
    if [ -z "$_up" ] || [ -z "$_leader" ]; then continue; fi
    _leaders="$_leaders $_up/$_leader"
    _links="$_links $r/proc/$_leader/root/run/current-system"
    _up=''
    _leader=''
  done <<EOF
$_leading
EOF
  [ -n "$_links" ] || return 0
  # shellcheck disable=SC2086
  _insides=$(find $_links -maxdepth 0 -printf '%p\t%l\n' 2>/dev/null)
  for _machine in $_leaders; do
    _up=${_machine%/*}
    if [ "$details" = yes ]; then
      get_stale_credentials "$_up" "${_machine#*/}"
      for _credential in $got_stale_credentials; do say "info${tab}$_up${tab}stale-credential${tab}$_credential"; done
    fi
    _inside=${_insides#*"$r/proc/${_machine#*/}/root/run/current-system$tab"}
    [ "$_inside" != "$_insides" ] || continue
    _inside=${_inside%%
*}
    case $_inside in
      /nix/store/*) ;;
      *) _inside=$(timeout 10 nixos-container run "$_up" -- readlink -f /run/current-system </dev/null 2>/dev/null) || continue ;;
    esac
    case $_inside in *[!A-Za-z0-9/._+?=-]*) continue ;; esac
    say "state${tab}$_up${tab}running${tab}$_inside"
  done
}

# The credentials of a running container whose file on the host is not any more what it got when it started. Where there is nothing
# to compare, nothing is stale: a start without the file would fail. Root inside may have put anything in the place of its own,
# such as a pipe in which nothing comes, or a link to a device of the host.
# Takes: $1 container, $2 its leader. Sets: got_stale_credentials (names, with a space between).
get_stale_credentials() {
  got_stale_credentials=''
  _flags=''
  while IFS= read -r _assignment || [ -n "$_assignment" ]; do
    case $_assignment in EXTRA_NSPAWN_FLAGS=*) _flags=${_assignment#*=} ;; esac
  done 2>/dev/null <"$confdir/$1.conf"
  case $_flags in *--load-credential=*) ;; *) return 0 ;; esac
  _flags=${_flags#\"}
  set -f
  for _flag in ${_flags%\"}; do
    case $_flag in --load-credential=*:/*) ;; *) continue ;; esac
    _flag=${_flag#*=}
    _got=$r/proc/${2:-none}/root/run/host/credentials/${_flag%%:*}
    if [ ! -f "$r${_flag#*:}" ] || [ ! -f "$_got" ] || [ -L "$_got" ]; then continue; fi
    timeout 10 cmp -s "$r${_flag#*:}" "$_got"
    [ "$?" != 1 ] || got_stale_credentials="$got_stale_credentials${got_stale_credentials:+ }${_flag%%:*}"
  done
  set +f
}

# Digests of configuration.nix and of our module files, and the text of the latter.
# Takes: $@ containers. Prints: the records.
observe_files() {
  _modules=''
  _configurations=''
  for _name in "$@"; do
    for _dir in "$ours/containers/$_name"/modules-*; do
      [ ! -d "$_dir" ] || _modules="$_modules $_dir"
    done
    [ ! -f "$statedir/$_name/etc/nixos/configuration.nix" ] || _configurations="$_configurations $statedir/$_name/etc/nixos/configuration.nix"
  done
  [ -n "$_modules$_configurations" ] || return 0
  # shellcheck disable=SC2086
  find $_configurations $_modules -type f -exec sha256sum {} + 2>/dev/null | sort -k 2 |
    awk -v base="$ours/containers/" -v statedir="$statedir/" -v details="$details" '
      {
        sum = substr($0, 1, 64); path = substr($0, 67)
        if (substr(path, 1, length(base)) == base) { path = substr(path, length(base) + 1); field = "module" }
        else { path = substr(path, length(statedir) + 1); field = "nixos" }
        name = path; sub(/\/.*/, "", name); sub(/^[^\/]*\//, "", path)
        print "state\t" name "\t" field "\t" sum (field == "module" ? "  " path : "")
        if (details == "yes" && field == "module" && substr($0, 1, 1) != "\\") {
          file = base name "/" path
          count = 0; length_of = 0; shown = 1
          while (shown && (getline line < file) > 0) {
            length_of += length(line) + 1
            if (length_of > 262144 || line ~ /[\001-\010\016-\037]/) shown = 0
            lines[++count] = line
          }
          close(file)
          for (i = 1; shown && i <= count; i++) print "info\t" name "\ttext\t" path "\t" lines[i]
        }
      }'
}
