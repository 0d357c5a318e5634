# shellcheck shell=sh
# What systemd reads at a daemon-reload and knows until the next: links in machines.target.wants, and drop-ins. Sourced after unit.sh.
# shellcheck disable=SC2154 # variables come from host.sh and systemctl
# shellcheck source=settings.sh
. "$lib/settings.sh"
# shellcheck source=cgroup.sh
. "$lib/cgroup.sh"

# One reading at a time, lest an older one be put in place over a younger.
lock_loading() {
  exec 8>>"$state/loading"
  flock 8
}

reload_daemon() {
  lock_loading
  wants=
  for link in "$host/etc/systemd/system/machines.target.wants"/* "$host/etc/systemd/system.control/machines.target.wants"/*; do
    # shellcheck disable=SC3013 # every sh of a Linux knows -ef
    if [ ! -h "$link" ] || [ "$link" -ef /dev/null ]; then continue; fi
    link=${link##*/}
    case "$nl$wants$nl" in *"$nl$link$nl"*) ;; *) wants="$wants${wants:+$nl}$link" ;; esac
  done
  printf '%s\n' "$wants" | sed '/^$/d' >"$state/.wants.$$"
  fresh=$(mktemp -d "$state/loaded.XXXXXX")
  : >"$fresh/.stamp"
  load_dropins "$fresh"
  lock
  mv "$state/.wants.$$" "$state/wants"
  old=$(readlink "$state/loaded")
  ln -sfn "${fresh##*/}" "$state/.loaded.$$"
  mv -T "$state/.loaded.$$" "$state/loaded"
  # Someone may be reading the old one now: it goes with the next reload.
  before=
  [ ! -r "$state/loaded-before" ] || read -r before <"$state/loaded-before"
  [ -z "$before" ] || rm -rf "${state:?}/$before"
  printf '%s\n' "$old" >"$state/loaded-before"
  unlock
  exec 8>&-
  stop_unbound
}

# What is wrong with a line is said in the journal only.
say_complaints() {
  [ -s "$1" ] || return 0
  clock
  while IFS=' ' read -r complained_of complaint; do journal "$complained_of" '' "$complaint"; done <"$1"
}

# A running container that is bound to a unit that does not run is stopped, by the reload itself; nobody waits for it.
stop_unbound() {
  for file in "$state"/loaded/container@*; do
    [ -e "$file" ] || continue
    unit=${file##*/}
    load_settings "$unit"
    [ -n "$l_BindsTo" ] || continue
    state_of "$unit"
    [ "$its_state" = active ] || continue
    for bound in $l_BindsTo; do
      ! is_up "$bound" || continue
      clock
      journal "$unit" '' "$unit: Unit is bound to inactive unit $bound. Stopping, too."
      setsid sh "$lib/unit-job.sh" stop "$unit" </dev/null >/dev/null 2>&1 9>&- &
      break
    done
  done
}

# Writes one file of settings a unit that has drop-ins. What container@.service.d says is every container's.
load_dropins() {
  find_dropins 'container@*.service'
  case $found in
    *'/container@.service.d/'*)
      for file in "$host$CONF_DIR"/*.conf "$units"/container@*.service; do
        file=${file##*/}
        file=${file#container@}
        case $file in *.conf) file=${file%.conf} ;; *) file=${file%.service} ;; esac
        found="$found$nl=container@$file.service"
      done
      ;;
  esac
  [ -n "$found" ] || return 0
  read_memory
  old_ifs=$IFS
  IFS=$nl
  # shellcheck disable=SC2086 # a path a line
  awk -v into="$1" -v root="$host" -v memory="$memory" -v placing="$placed" "$settings_awk$dropins_awk" $found
  IFS=$old_ifs
  say_complaints "$1/.messages"
}

# Sets `memory` to the host's, in bytes.
read_memory() {
  read -r _ memory _ <"$host/proc/meminfo"
  memory=$((memory * 1024))
}

# Reads the files that are its arguments, unit by unit, by their names.
# shellcheck disable=SC2016 # its dollars are awk's
dropins_awk='
function specifiers(text,   bare) {
  bare = unit; sub(/\.service$/, "", bare)
  gsub(/%%/, "\001", text); gsub(/%[iI]/, substr(bare, index(bare, "@") + 1), text); gsub(/%n/, unit, text); gsub(/%N/, bare, text); gsub(/%[pP]/, "container", text)
  gsub(/\001/, "%", text)
  return text
}
function read_file(file,   shown, line, held, section, number) {
  shown = substr(file, length(root) + 1); section = held = ""; number = 0
  while ((getline line < file) > 0) {
    number++; line = trim(line); place = shown ":" number ": "
    if (held == "" && (line == "" || line ~ /^[#;]/)) continue
    if (line ~ /\\$/) { held = held substr(line, 1, length(line) - 1) " "; continue }
    line = held line; held = ""
    if (line ~ /^\[.*\]$/) {
      section = substr(line, 2, length(line) - 2)
      if (section !~ /^(Unit|Service|Install|X-.*)$/) { complain("Unknown section \047" section "\047. Ignoring."); section = "X-" section }
    }
    else if (section == "") complain("Assignment outside of section. Ignoring.")
    else if (!index(line, "=")) complain("Missing \047=\047, ignoring line.")
    else if (section != "Install") take(section, trim(substr(line, 1, index(line, "=") - 1)), specifiers(trim(substr(line, index(line, "=") + 1))))
  }
  close(file)
}
function file_of(of, i,   text) { text = ARGV[i]; sub(/^-/, "", text); sub(/\/[^\/]*$/, "", text); sub(/.*\//, "", text); return text == of ".d" }
function gather(of,   i, name) {
  for (i = 1; i < ARGC; i++) if (ARGV[i] !~ /^=/ && file_of(of, i)) {
    name = ARGV[i]; sub(/.*\//, "", name)
    if (!(name in path)) { path[name] = ARGV[i]; names[++count] = name }
  }
}
BEGIN {
  define(); split(placing, list, " "); for (i in list) placed[list[i]]
  messages = into "/.messages"
  for (i = 1; i < ARGC; i++) {
    of = ARGV[i]
    if (of ~ /^=/) of = substr(of, 2); else { sub(/\/[^\/]*$/, "", of); sub(/.*\//, "", of); sub(/\.d$/, "", of) }
    if (of != "container@.service") all[of]
  }
  for (unit in all) {
    split("", S); split("", path); count = 0
    gather(unit); gather("container@.service")
    for (i = 2; i <= count; i++) for (j = i; j > 1 && names[j] < names[j - 1]; j--) { swap = names[j]; names[j] = names[j - 1]; names[j - 1] = swap }
    for (i = 1; i <= count; i++) if (path[names[i]] !~ /^-/) { append("DropInPaths", substr(path[names[i]], length(root) + 1), " "); read_file(path[names[i]]) }
    emit(into "/" unit)
  }
}'
