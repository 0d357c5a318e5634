# shellcheck shell=sh
# systemctl set-property and revert. Sourced after systemctl-load.sh.
# shellcheck disable=SC2154 # variables come from host.sh, systemctl and systemctl-load.sh

# set_properties UNIT OPERAND KEY=VALUE...: a drop-in a property below system.control, in force at once, for any name of a unit.
set_properties() {
  unit=$1
  shift 2
  if is_masked "$unit"; then
    say "Failed to set unit properties on $unit: Unit $unit is masked."
    return 1
  fi
  # Of a marker no file tells; what the unit has been told since reaches the container all the same.
  case $* in
    Markers=*' '*) ;;
    Markers=*)
      lock
      read_unit "$unit"
      [ -z "$cgroup" ] || write_cgroup "$unit"
      unlock
      return 0
      ;;
  esac
  case $runtime in yes) control=/run/systemd/system.control/$unit.d ;; *) control=/etc/systemd/system.control/$unit.d ;; esac
  lock_loading
  load_settings "$unit"
  read_memory
  answer=$(DEVICES=$l_DeviceAllow awk -v unit="$unit" -v memory="$memory" -v placing="$placed" -v to="$state/.set.$$" \
    "$settings_awk$properties_awk" "$@") || {
    say "${answer#error }"
    return 1
  }
  mkdir -p "$host$control"
  lock
  if [ ! -h "$state/loaded" ]; then
    mkdir -p "$state/loaded.first"
    ln -s loaded.first "$state/loaded"
  fi
  cat "$state/.set.$$" >>"$state/loaded/$unit"
  rm -f "$state/.set.$$"
  paths=$l_DropInPaths
  while IFS=' ' read -r what rest; do
    case $what in
      file)
        file=$control/50-$rest.conf
        printf '# This is a drop-in unit file extension, created via "systemctl set-property"\n# or an equivalent operation. Do not edit.\n[Service]\n' >"$host$file"
        case " $paths " in *" $file "*) ;; *) paths="$paths${paths:+ }$file" ;; esac
        ;;
      line) printf '%s\n' "$rest" >>"$host$file" ;;
    esac
  done <<EOF
$answer
EOF
  printf "l_DropInPaths='%s'\n" "$paths" >>"$state/loaded/$unit"
  read_unit "$unit"
  [ -z "$cgroup" ] || write_cgroup "$unit"
  unlock
}

# Takes KEY=VALUE arguments; prints the drop-ins' lines, and writes what counts from now on.
# shellcheck disable=SC2016 # its dollars are awk's
properties_awk='
function refuse(text) { print "error " text; exit 1 }
function controls(key) { return kinds[key] ~ /^(memory|tasks|quota|weight|device)$/ || key ~ /^(IPAddress|IPIngress|IPEgress|IO|CPU.*Accounting|CPUQuotaPeriod|Memory|Tasks|DevicePolicy|Allowed|StartupAllowed|ManagedOOM|Slice$|Socket|NFTSet)/ }
BEGIN {
  define(); split(placing, list, " "); for (i in list) placed[list[i]]
  messages = "/dev/null"
  if (ARGC < 2) refuse("Too few arguments.")
  S["DeviceAllow"] = ENVIRON["DEVICES"]
  for (i = 1; i < ARGC; i++) {
    if (!index(ARGV[i], "=")) refuse("Not an assignment: " ARGV[i])
    key = substr(ARGV[i], 1, index(ARGV[i], "=") - 1); value = substr(ARGV[i], index(ARGV[i], "=") + 1)
    if (!(key in kinds) || kinds[key] == "condition") refuse("Unknown assignment: " ARGV[i])
    shown = key; if (kinds[key] == "seconds") sub(/Sec$/, "USec", shown)
    if (!controls(key)) refuse("Failed to set unit properties on " unit ": Cannot set property " shown ", or unknown property.")
    bad = 0; take("Service", key, value)
    if (bad) refuse("Failed to parse " ARGV[i] ": Invalid argument")
    print "file " key
    if (kinds[key] == "device") {
      print "line DeviceAllow="
      n = split(S[key], rows, "\n")
      for (j = n; j > 0; j--) print "line DeviceAllow=" rows[j]
    }
    else if (kinds[key] ~ /^(memory|tasks)$/) print "line " key "=" S[key]
    else if (kinds[key] == "list" && value != "") { print "line " key "="; print "line " key "=" value }
    else print "line " ARGV[i]
  }
  emit(to, 1)
}'

# systemctl revert: takes away all drop-ins of a unit, whoever wrote them; nothing changes for what runs.
revert_units() {
  for unit; do
    for directory in /etc/systemd/system.control /run/systemd/system.control /etc/systemd/system /run/systemd/system; do
      rm -rf "${host:?}$directory/$unit.d"
    done
  done
  reload_daemon
}
