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
    [ -z "$confs" ] || awk '
      FNR == 1 { name = FILENAME; sub(/.*\//, "", name); sub(/\.conf$/, "", name) }
      { gsub(/\r/, "\\r"); print "state\t" name "\tconf\t" $0 }' $confs
    observe_places $places
    observe_units $units
    [ -z "$notes" ] || awk '
      FNR == 1 {
        name = FILENAME; field = FILENAME
        if (sub(/\/90-cdktf-nixos\.conf$/, "", name)) { sub(/.*\/container@/, "", name); sub(/\.service\.d$/, "", name); field = "timeout" }
        else { sub(/.*\//, "", field); sub(/\/[^\/]*$/, "", name); sub(/.*\//, "", name) }
      }
      { print "state\t" name "\t" field "\t" $0 }' $notes
  }
  observe_files "$@"
}

observe_places() {
  mounts=''
  [ ! -r "$r/proc/self/mountinfo" ] || mounts=$r/proc/self/mountinfo
  find "$@" -maxdepth 1 -printf '%H\t%f\t%d\t%y\t%T@\t%l\0' 2>/dev/null | tr '\n\0' '?\n' | sort |
    awk -F '\t' -v confdir="$confdir" -v statedir="$statedir" -v profiles="$profiles" -v wants="$wants" \
      -v details="$details" -v mounts="$mounts" -v root="$r" '
      function in_dir(dir) { return substr($1, 1, length(dir) + 1) == dir "/" }
      BEGIN { if (mounts != "") while ((getline line < mounts) > 0) { split(line, m, " "); mounted[m[5]] = 1 } }
      { name = $1; sub(/.*\//, "", name) }
      in_dir(confdir) && $3 == 0 {
        sub(/\.conf$/, "", name)
        if ($4 == "l") print "state\t" name "\tconf-link\t" $6
        split($5, t, "."); if (details == "yes") print "info\t" name "\tconf-time\t" t[1]
      }
      in_dir(statedir) && $3 == 0 && $4 == "d" { print "state\t" name "\troot\t" ($1 in mounted ? "mount" : "dir") }
      in_dir(profiles) && $4 == "l" { target[name "/" $2] = $6; if ($2 == "system") profiled[++count] = name }
      in_dir(wants) && $3 == 0 { sub(/^container@/, "", name); sub(/\.service$/, "", name); print "state\t" name "\tboot\tyes" }
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
  units=$(TZ=UTC systemctl show "$@" -p Id -p ActiveState -p SubState -p InactiveExitTimestamp | awk -F '=' '
    function flush() { if (id != "") print id "\t" state "\t" sub_state "\t" since; id = "" }
    $1 == "Id" { flush(); id = $2; sub(/^container@/, "", id); sub(/\.service$/, "", id); state = ""; sub_state = ""; since = "" }
    $1 == "ActiveState" { state = $2 }
    $1 == "SubState" { sub_state = $2 }
    $1 == "InactiveExitTimestamp" { since = $2 }
    $0 == "" { flush() }
    END { flush() }')
  up=''
  while IFS="$tab" read -r name active sub_state since; do
    [ -n "$name" ] || continue
    case $active in
      active | reloading)
        up="$up $name"
        say "state${tab}$name${tab}unit${tab}up"
        ;;
    esac
    [ "$details" = no ] || say "info${tab}$name${tab}active${tab}$active $sub_state"
  done <<EOF
$units
EOF
  [ -n "$up" ] || return 0
  leaders=''
  # shellcheck disable=SC2086
  # It ends at the first machine it does not find: then each is asked for by itself.
  # shellcheck disable=SC2086
  leaders=$(machinectl show $up -p Name -p Leader 2>/dev/null) ||
    leaders=$(for name in $up; do machinectl show "$name" -p Name -p Leader 2>/dev/null; done)
  leaders=$(say "$leaders" | awk -F '=' '
    $1 == "Name" { name = $2 } $1 == "Leader" { leader = $2 }
    name != "" && leader != "" { print name "\t" leader; name = ""; leader = "" }')
  links=''
  while IFS="$tab" read -r name leader; do
    [ -z "$name" ] || links="$links $r/proc/$leader/root/run/current-system"
  done <<EOF
$leaders
EOF
  [ -n "$links" ] || return 0
  # One `find` reads what all of them lead to.
  # shellcheck disable=SC2086
  insides=$(find $links -maxdepth 0 -printf '%p\t%l\n' 2>/dev/null)
  while IFS="$tab" read -r name leader; do
    [ -n "$name" ] || continue
    inside=${insides#*"$r/proc/$leader/root/run/current-system$tab"}
    [ "$inside" != "$insides" ] || continue
    inside=${inside%%
*}
    case $inside in
      /nix/store/*) ;;
      *) inside=$(timeout 10 nixos-container run "$name" -- readlink -f /run/current-system </dev/null 2>/dev/null) || continue ;;
    esac
    case $inside in *[!A-Za-z0-9/._+?=-]*) continue ;; esac
    say "state${tab}$name${tab}running${tab}$inside"
  done <<EOF
$leaders
EOF
  [ "$details" = yes ] || return 0
  # One `date` reads all the times at which units began to start.
  since=$(while IFS="$tab" read -r name active sub_state began; do
    case $active in active | reloading) [ -z "$began" ] || say "$name${tab}$began" ;; esac
  done <<EOF
$units
EOF
  )
  [ -n "$since" ] || return 0
  names=$(say "$since" | cut -f 1)
  say "$since" | cut -f 2 | date -u -f - +%s | while IFS= read -r seconds; do
    name=${names%%
*}
    names=${names#*
}
    say "info${tab}$name${tab}since${tab}$seconds"
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
  find $configurations $modules -type f -print0 2>/dev/null | sort -z | xargs -0 -r sha256sum 2>/dev/null |
    awk -v base="$ours/containers/" -v statedir="$statedir/" '
      {
        sum = substr($0, 1, 64); path = substr($0, 67)
        if (substr(path, 1, length(base)) == base) { path = substr(path, length(base) + 1); field = "module" }
        else { path = substr(path, length(statedir) + 1); field = "nixos" }
        name = path; sub(/\/.*/, "", name); sub(/^[^\/]*\//, "", path)
        print "state\t" name "\t" field "\t" sum (field == "module" ? "  " path : "")
      }'
  [ "$details" = yes ] && [ -n "$modules" ] || return 0
  # shellcheck disable=SC2086,SC2016
  find $modules -type f -print0 | sort -z | xargs -0 -r awk -v base="$ours/containers/" '
    FNR == 1 { path = substr(FILENAME, length(base) + 1); name = path; sub(/\/.*/, "", name); sub(/^[^\/]*\//, "", path) }
    { print "info\t" name "\ttext\t" path "\t" $0 }'
}
