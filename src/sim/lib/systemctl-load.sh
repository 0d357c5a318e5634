# shellcheck shell=sh
# What systemd reads at a daemon-reload and knows until the next: links in machines.target.wants, and drop-ins. Sourced after unit.sh.
# shellcheck disable=SC2154 # variables come from host.sh and systemctl

reload_daemon() {
  wants=
  for link in "$host/etc/systemd/system/machines.target.wants"/* "$host/etc/systemd/system.control/machines.target.wants"/*; do
    # shellcheck disable=SC3013 # every sh of a Linux knows -ef
    if [ ! -h "$link" ] || [ "$link" -ef /dev/null ]; then continue; fi
    link=${link##*/}
    case "$nl$wants$nl" in *"$nl$link$nl"*) ;; *) wants="$wants${wants:+$nl}$link" ;; esac
  done
  printf '%s\n' "$wants" | sed '/^$/d' >"$state/.wants.$$"
  fresh=$(mktemp -d "$state/loaded.XXXXXX")
  load_dropins "$fresh"
  lock
  mv "$state/.wants.$$" "$state/wants"
  old=$(readlink "$state/loaded")
  ln -sfn "${fresh##*/}" "$state/.loaded.$$"
  mv -T "$state/.loaded.$$" "$state/loaded"
  [ -z "$old" ] || rm -rf "${state:?}/$old"
  unlock
}

# Writes one file of settings a unit that has drop-ins, durations in seconds, sizes in bytes, specifiers resolved.
load_dropins() {
  for dropin in "$host"/etc/systemd/system/container@*.service.d/*.conf "$host"/etc/systemd/system.control/container@*.service.d/*.conf; do
    [ -r "$dropin" ] || continue
    of=${dropin%/*}
    of=${of##*/}
    printf '=%s\n' "${of%.d}"
    cat "$dropin"
    echo
  done | awk -v into="$1" '
    function seconds(text, total, unit, number) {
      if (text == "infinity") return 0
      total = 0
      while (match(text, /^ *[0-9.]+ *(min|ms|s|m|h)?/)) {
        number = substr(text, 1, RLENGTH); unit = number; text = substr(text, RLENGTH + 1)
        gsub(/[^0-9.]/, "", number); gsub(/[0-9. ]/, "", unit)
        total += number * (unit == "min" || unit == "m" ? 60 : unit == "h" ? 3600 : unit == "ms" ? 0.001 : 1)
      }
      return total
    }
    function bytes(text, unit) {
      unit = index("KMGT", substr(text, length(text), 1))
      return text ~ /^[0-9]+[KMGT]$/ ? sprintf("%.0f", substr(text, 1, length(text) - 1) * 1024 ^ unit) : text
    }
    /^=/ { unit = substr($0, 2); section = ""; next }
    /^\[/ { section = $0; next }
    section == "[Unit]" && /^(RequiresMountsFor|Wants|After)=/ {
      gsub(/%%/, "%")
      key = substr($0, 1, index($0, "=") - 1); value = substr($0, index($0, "=") + 1)
      many[unit, key] = many[unit, key] (many[unit, key] == "" ? "" : " ") value
      keys[unit, key] = unit
    }
    section == "[Service]" && /^[A-Za-z]+=/ {
      key = substr($0, 1, index($0, "=") - 1); value = substr($0, index($0, "=") + 1)
      if (key ~ /^Timeout.*Sec$/) value = seconds(value)
      if (key ~ /^Memory/) value = bytes(value)
      if (key == "TimeoutSec") key = "TimeoutStartSec"
      print key "=" value >> (into "/" unit)
    }
    END { for (of in keys) { split(of, part, SUBSEP); print part[2] "=" many[of] >> (into "/" keys[of]) } }'
}

# systemctl set-property UNIT KEY=VALUE...: a drop-in below system.control, in force at once.
set_properties() {
  control=$host/etc/systemd/system.control/$1.d
  mkdir -p "$control"
  shift 2
  for assignment; do
    key=${assignment%%=*}
    printf '# This is a drop-in unit file extension, created via "systemctl set-property"\n[Service]\n%s\n' "$assignment" \
      >"$control/50-$key.conf"
  done
  reload_daemon
}
