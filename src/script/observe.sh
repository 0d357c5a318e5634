# shellcheck shell=sh
# What is known of the containers of a host, as the records of docs/host.md.
# A fixed number of processes serves any number of containers.

# Prints the state records of the named containers, and their info records when $details is yes.
observe() {
  [ $# -gt 0 ] || return 0
  confs=''
  notes=''
  places=''
  units=''
  for name in "$@"; do
    [ ! -f "$confdir/$name.conf" ] || confs="$confs $confdir/$name.conf"
    for file in "$ours/containers/$name/journal" "$ours/containers/$name/intent" "$control/container@$name.service.d/90-cdktf-nixos.conf"; do
      [ ! -f "$file" ] || notes="$notes $file"
    done
    places="$places $confdir/$name.conf $statedir/$name $profiles/$name $wants/container@$name.service"
    units="$units container@$name.service"
  done
  # The lists hold paths of ours and names without special characters: splitting them is meant.
  # shellcheck disable=SC2086
  {
    # A file may vanish under our eyes: awk reads it line by line itself, as it would give up at a missing operand.
    [ -z "$confs" ] || awk 'BEGIN {
      for (i = 1; i < ARGC; i++) {
        file = ARGV[i]; name = file; sub(/.*\//, "", name); sub(/\.conf$/, "", name)
        while ((getline line < file) > 0) { gsub(/\r/, "\\r", line); print "state\t" name "\tconf\t" line }
        close(file)
      }
    }' $confs
    observe_places $places
    observe_units $units
    [ -z "$notes" ] || awk 'BEGIN {
      for (i = 1; i < ARGC; i++) {
        file = ARGV[i]; name = file; field = file
        if (sub(/\/90-cdktf-nixos\.conf$/, "", name)) { sub(/.*\/container@/, "", name); sub(/\.service\.d$/, "", name); field = "drop-in" }
        else { sub(/.*\//, "", field); sub(/\/[^\/]*$/, "", name); sub(/.*\//, "", name) }
        while ((getline line < file) > 0) print "state\t" name "\t" field "\t" line
        close(file)
      }
    }' $notes
  }
  observe_files "$@"
}

# Half an observation must not look like a whole one: the program ends here.
fail_observation() {
  say "$*" >&2
  exit 1
}

observe_places() {
  mounts=''
  [ ! -r "$r/proc/self/mountinfo" ] || mounts=$r/proc/self/mountinfo
  where=$(cd -P "$statedir" 2>/dev/null && pwd) || where=$statedir
  # What is inside a root directory is the container's: it is not even listed.
  find "$@" -maxdepth 1 ! -path "*
*" \( -path "$statedir/*" -type d -prune , -printf '%H\t%f\t%d\t%y\t%T@\t%l\n' \) 2>/dev/null |
    awk -F '\t' -v confdir="$confdir" -v statedir="$statedir" -v profiles="$profiles" -v wants="$wants" \
      -v details="$details" -v mounts="$mounts" -v where="$where" -v root="$r" '
      function in_dir(dir) { return substr($1, 1, length(dir) + 1) == dir "/" }
      BEGIN { if (mounts != "") while ((getline line < mounts) > 0) { split(line, m, " "); mounted[root m[5]] = 1 } }
      { name = $1; sub(/.*\//, "", name) }
      in_dir(confdir) && $3 == 0 {
        sub(/\.conf$/, "", name)
        if ($4 == "l") print "state\t" name "\tconf-link\t" $6
        split($5, t, "."); if (details == "yes") print "info\t" name "\tconf-time\t" t[1]
      }
      in_dir(statedir) && $3 == 0 && $4 == "d" { print "state\t" name "\troot\t" ($1 in mounted || (where "/" name) in mounted ? "mount" : "dir") }
      in_dir(profiles) && $4 == "l" { target[name "/" $2] = $6; if ($2 == "system") profiled[++count] = name }
      # systemd wants what a link names, unless the link masks it.
      in_dir(wants) && $3 == 0 && $4 == "l" && $6 != "/dev/null" { sub(/^container@/, "", name); sub(/\.service$/, "", name); print "state\t" name "\tboot\tyes" }
      END {
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
observe_units() {
  # What systemd does not tell must not look like containers that are down.
  shown=$(TZ=UTC systemctl show "$@" -p Id -p LoadState -p ActiveState -p SubState -p InactiveExitTimestamp) ||
    fail_observation 'systemctl show does not tell the state of the containers'
  up=''
  began=''
  times=''
  forget_unit
  while IFS= read -r line; do
    case $line in
      Id=container@*) id=${line#Id=container@} && id=${id%.service} ;;
      LoadState=*) load=${line#*=} ;;
      ActiveState=*) active=${line#*=} ;;
      SubState=*) sub_state=${line#*=} ;;
      InactiveExitTimestamp=*) since=${line#*=} ;;
      '')
        observe_unit
        forget_unit
        ;;
    esac
  done <<EOF
$shown
EOF
  observe_unit
  [ -n "$up" ] || return 0
  observe_insides
  if [ "$details" = no ] || [ -z "$times" ]; then return 0; fi
  # One `date` reads all the times at which units began to start.
  seconds=$(printf '%s' "$times" | date -u -f - +%s)
  for name in $began; do
    say "info${tab}$name${tab}since${tab}${seconds%%
*}"
    seconds=${seconds#*
}
  done
}

forget_unit() {
  id=''
  load=''
  active=''
  sub_state=''
  since=''
}

# The records of the unit just read.
observe_unit() {
  [ -n "$id" ] || return 0
  case $active in
    active | reloading)
      up="$up $id"
      say "state${tab}$id${tab}unit${tab}up"
      [ -z "$since" ] || {
        began="$began $id"
        times="$times$since
"
      }
      ;;
  esac
  [ "$details" = yes ] || return 0
  say "info${tab}$id${tab}active${tab}$active $sub_state"
  [ "$load" != masked ] || say "info${tab}$id${tab}masked${tab}yes"
}

# What runs inside the containers in $up: one machinectl tells their leaders, one `find` reads what all of them lead to.
observe_insides() {
  leaders=''
  # It ends at the first machine it does not find: then each is asked for by itself.
  # shellcheck disable=SC2086
  shown=$(machinectl show $up -p Name -p Leader 2>/dev/null) ||
    shown=$(for name in $up; do machinectl show "$name" -p Name -p Leader 2>/dev/null; done)
  name=''
  leader=''
  links=''
  while IFS= read -r line; do
    case $line in
      Name=*) name=${line#Name=} ;;
      Leader=*) leader=${line#Leader=} ;;
    esac
    if [ -z "$name" ] || [ -z "$leader" ]; then continue; fi
    leaders="$leaders $name/$leader"
    links="$links $r/proc/$leader/root/run/current-system"
    name=''
    leader=''
  done <<EOF
$shown
EOF
  [ -n "$links" ] || return 0
  # shellcheck disable=SC2086
  insides=$(find $links -maxdepth 0 -printf '%p\t%l\n' 2>/dev/null)
  for machine in $leaders; do
    name=${machine%/*}
    inside=${insides#*"$r/proc/${machine#*/}/root/run/current-system$tab"}
    [ "$inside" != "$insides" ] || continue
    inside=${inside%%
*}
    case $inside in
      /nix/store/*) ;;
      *) inside=$(timeout 10 nixos-container run "$name" -- readlink -f /run/current-system </dev/null 2>/dev/null) || continue ;;
    esac
    case $inside in *[!A-Za-z0-9/._+?=-]*) continue ;; esac
    say "state${tab}$name${tab}running${tab}$inside"
  done
}

# Digests of configuration.nix and of our module files, and the text of the latter.
observe_files() {
  modules=''
  configurations=''
  for name in "$@"; do
    for dir in "$ours/containers/$name"/modules-*; do
      [ ! -d "$dir" ] || modules="$modules $dir"
    done
    [ ! -f "$statedir/$name/etc/nixos/configuration.nix" ] || configurations="$configurations $statedir/$name/etc/nixos/configuration.nix"
  done
  [ -n "$modules$configurations" ] || return 0
  # shellcheck disable=SC2086
  find $configurations $modules -type f -exec sha256sum {} + 2>/dev/null | sort -k 2 |
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
