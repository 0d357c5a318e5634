# shellcheck shell=sh
# What systemd-nspawn and the container@ unit's scripts check and claim when a container starts. Sourced after unit.sh, used under the lock.
# shellcheck disable=SC2034,SC2154 # shared with unit-job.sh, host.sh and unit.sh

net=$host/sys/class/net

# unescape VALUE: within double quotes, a backslash goes before the four signs for which a shell needs one, and stays before others.
unescape() {
  conf_value='' escaped=$1
  while [ "$escaped" != "${escaped%%\\*}" ]; do
    conf_value=$conf_value${escaped%%\\*} escaped=${escaped#*\\}
    sign=${escaped%"${escaped#?}"}
    case $sign in
      [\"\\\`\$]) escaped=${escaped#?} conf_value=$conf_value$sign ;;
      *) conf_value=$conf_value\\ ;;
    esac
  done
  conf_value=$conf_value$escaped
}

# Reads the conf the way systemd reads an EnvironmentFile.
read_conf() {
  PRIVATE_NETWORK='' HOST_ADDRESS='' LOCAL_ADDRESS='' HOST_ADDRESS6='' LOCAL_ADDRESS6='' LOCAL_MAC_ADDRESS='' HOST_BRIDGE='' HOST_PORT=''
  INTERFACES='' MACVLANS='' NETWORK_NAMESPACE_PATH='' PRIVATE_USERS='' EXTRA_NSPAWN_FLAGS='' COPY_RESOLV_CONF='' SYSTEM_PATH=''
  [ -r "$1" ] || return 0
  cr=$(printf '\r')
  while IFS= read -r conf_line || [ -n "$conf_line" ]; do
    case $conf_line in '' | '#'* | ';'*) continue ;; esac
    conf_key=${conf_line%%=*} conf_value=${conf_line#*=}
    conf_value=${conf_value%"$cr"}
    while [ "$conf_value" != "${conf_value% }" ]; do conf_value=${conf_value% }; done
    case $conf_value in
      \"*\")
        conf_value=${conf_value#\"}
        unescape "${conf_value%\"}"
        ;;
      \'*\') conf_value=${conf_value#\'} conf_value=${conf_value%\'} ;;
    esac
    case $conf_key in
      PRIVATE_NETWORK) PRIVATE_NETWORK=$conf_value ;;
      HOST_ADDRESS) HOST_ADDRESS=$conf_value ;;
      LOCAL_ADDRESS) LOCAL_ADDRESS=$conf_value ;;
      HOST_ADDRESS6) HOST_ADDRESS6=$conf_value ;;
      LOCAL_ADDRESS6) LOCAL_ADDRESS6=$conf_value ;;
      LOCAL_MAC_ADDRESS) LOCAL_MAC_ADDRESS=$conf_value ;;
      HOST_BRIDGE) HOST_BRIDGE=$conf_value ;;
      HOST_PORT) HOST_PORT=$conf_value ;;
      INTERFACES) INTERFACES=$conf_value ;;
      MACVLANS) MACVLANS=$conf_value ;;
      NETWORK_NAMESPACE_PATH) NETWORK_NAMESPACE_PATH=$conf_value ;;
      PRIVATE_USERS) PRIVATE_USERS=$conf_value ;;
      EXTRA_NSPAWN_FLAGS) EXTRA_NSPAWN_FLAGS=$conf_value ;;
      COPY_RESOLV_CONF) COPY_RESOLV_CONF=$conf_value ;;
      SYSTEM_PATH) SYSTEM_PATH=$conf_value ;;
    esac
  done <"$1"
}

# refuse REASON: what the journal will say; always returns 1.
refuse() {
  reason=$1
  return 1
}

is_ipv4() {
  case $1 in *[!0-9.]* | .* | *. | *..* | '') return 1 ;; esac
  old_ifs=$IFS
  IFS=.
  # shellcheck disable=SC2086 # split at the dots
  set -- $1
  IFS=$old_ifs
  [ $# = 4 ] || return 1
  for octet; do [ ${#octet} -le 3 ] && [ "$octet" -le 255 ] || return 1; done
}

is_ipv6() {
  case $1 in *[!0-9a-fA-F:.]* | *:::*) return 1 ;; *:*:*) return 0 ;; *) return 1 ;; esac
}

is_prefix() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "$1" -le "$2" ]
}

is_port() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "$1" -ge 1 ] && [ "$1" -le 65535 ]
}

# Whether a module of the system carries the marker comment.
is_marked() {
  while IFS= read -r mark; do
    [ "$mark" != "$2" ] || return 0
  done <"$host$1/embedded-host"
  return 1
}

# Whether a running container other than this one holds the claim.
is_claimed() {
  for claims_file in "$state/claims"/*; do
    [ -r "$claims_file" ] || continue
    [ "$claims_file" != "$state/claims/$instance" ] || continue
    while IFS= read -r claim; do
      [ "$claim" != "$1" ] || return 0
    done <"$claims_file"
  done
  return 1
}

check_addresses() {
  if [ -n "$HOST_ADDRESS" ]; then
    is_ipv4 "${HOST_ADDRESS%%/*}" || refuse "Error: any valid prefix is expected rather than \"$HOST_ADDRESS\"." || return
    case $HOST_ADDRESS in
      */*) refuse "Error: inet address is expected rather than \"$HOST_ADDRESS\"." || return ;;
    esac
  fi
  if [ -n "$LOCAL_ADDRESS" ]; then
    is_ipv4 "${LOCAL_ADDRESS%%/*}" || refuse "Error: any valid prefix is expected rather than \"$LOCAL_ADDRESS\"." || return
    case $LOCAL_ADDRESS in
      */*) is_prefix "${LOCAL_ADDRESS#*/}" 32 || refuse "Error: any valid prefix is expected rather than \"$LOCAL_ADDRESS\"." || return ;;
    esac
    case $HOST_BRIDGE,$LOCAL_ADDRESS in
      ,*/32) ;;
      ,*/*) refuse 'Error: Invalid prefix for given prefix length.' || return ;;
    esac
  fi
  if [ -n "$HOST_ADDRESS6" ]; then
    is_ipv6 "$HOST_ADDRESS6" || refuse "Error: inet6 address is expected rather than \"$HOST_ADDRESS6\"." || return
  fi
  if [ -n "$LOCAL_ADDRESS6" ]; then
    is_ipv6 "${LOCAL_ADDRESS6%%/*}" || refuse "Error: inet6 prefix is expected rather than \"$LOCAL_ADDRESS6\"." || return
    case $LOCAL_ADDRESS6 in
      */*) is_prefix "${LOCAL_ADDRESS6#*/}" 128 || refuse "Error: inet6 prefix is expected rather than \"$LOCAL_ADDRESS6\"." || return ;;
    esac
  fi
  [ -n "$HOST_BRIDGE" ] && return
  for address in "${LOCAL_ADDRESS%%/*}" "${LOCAL_ADDRESS6%%/*}"; do
    [ -n "$address" ] || continue
    ! is_claimed "route $address" || refuse 'RTNETLINK answers: File exists' || return
    wanted="$wanted${nl}route $address"
  done
}

check_ports() {
  [ -n "$HOST_PORT" ] || return 0
  [ -n "$private" ] || refuse 'Cannot use --port= without private networking.' || return
  old_ifs=$IFS
  IFS=,
  # shellcheck disable=SC2086 # split at the commas
  set -- $HOST_PORT
  IFS=$old_ifs
  for spec; do
    case $spec in
      tcp:*) protocol=tcp rest=${spec#tcp:} ;;
      udp:*) protocol=udp rest=${spec#udp:} ;;
      *) protocol=tcp rest=$spec ;;
    esac
    is_port "${rest%%:*}" && is_port "${rest#*:}" || refuse "Failed to parse host port: $spec" || return
    claim="port $protocol:${rest%%:*}"
    ! is_claimed "$claim" || refuse "Failed to add port forward $spec: Address already in use" || return
    wanted="$wanted$nl$claim"
  done
}

# Takes a name for an interface inside.
have_inside() {
  case $inside in *" $1 "*) refuse "RTNETLINK answers: File exists ($1)" || return ;; esac
  inside="$inside$1 "
}

check_interfaces() {
  if [ -n "$NETWORK_NAMESPACE_PATH" ]; then
    [ "$PRIVATE_NETWORK" != 1 ] && [ -z "$INTERFACES$MACVLANS$HOST_BRIDGE$veth" ] ||
      refuse '--network-namespace-path= cannot be combined with other network options.' || return
    to_real "$NETWORK_NAMESPACE_PATH"
    [ -e "$path" ] || refuse "Failed to open file $NETWORK_NAMESPACE_PATH: No such file or directory" || return
  fi
  if [ -n "$HOST_BRIDGE" ]; then
    [ -d "$net/$HOST_BRIDGE" ] || refuse "Failed to resolve interface $HOST_BRIDGE: No such device" || return
    [ -d "$net/$HOST_BRIDGE/bridge" ] || refuse "Failed to add interface vb-$instance to bridge $HOST_BRIDGE: Operation not supported" || return
  fi
  for word in $INTERFACES $MACVLANS; do
    case $word in *:*:* | *: | :*) refuse "Network interface, interface name not valid: $word" || return ;; esac
    [ -d "$net/${word%%:*}" ] || refuse "Failed to resolve interface ${word%%:*}: No such device" || return
  done
  inside=' lo '
  [ -z "$HOST_BRIDGE$HOST_ADDRESS$LOCAL_ADDRESS$HOST_ADDRESS6$LOCAL_ADDRESS6" ] || inside="${inside}eth0 "
  [ -z "$HOST_BRIDGE$veth" ] || inside="${inside}host0 "
  for word in $INTERFACES; do have_inside "${word#*:}" || return; done
  for word in $MACVLANS; do
    case $word in *:*) have_inside "${word#*:}" ;; *) have_inside "mv-$word" ;; esac || return
  done
}

check_binds() {
  for flag in $EXTRA_NSPAWN_FLAGS; do
    case $flag in
      --bind=* | --bind-ro=*)
        source=${flag#*=}
        source=${source%%:*}
        case $source in
          '') continue ;;
          +*) source_path=$root/${source#+} ;;
          *) to_real "$source" && source_path=$path ;;
        esac
        [ -e "$source_path" ] || refuse "Failed to clone $source: No such file or directory" || return
        ;;
      --*=* | --ephemeral | --keep-unit | --private-network | --network-veth | --read-only | --quiet) ;;
      --*) refuse "systemd-nspawn: unrecognized option '$flag'" || return ;;
      *) refuse "Failed to execute $flag: No such file or directory" || return ;;
    esac
  done
  case $PRIVATE_USERS in
    '' | no | yes | identity | pick) ;;
    *[!0-9:]*) refuse "Failed to parse UID: $PRIVATE_USERS" || return ;;
  esac
}

# container_start: makes the directories the unit's script makes, then checks everything and claims what the container needs.
# Sets `system` on success, `reason` on failure.
container_start() {
  wanted='' private='' veth='' reason=''
  root=$host$STATE_DIR/$instance
  mkdir -p "$root/usr/bin" "$root/etc" "$root/var/lib/private" "$root/root" "$host/nix/var/nix/profiles/per-container/$instance" \
    "$host/nix/var/nix/gcroots/per-container/$instance"
  [ -e "$root/etc/machine-id" ] || : >"$root/etc/machine-id"
  read_conf "$host$CONF_DIR/$instance.conf"
  [ "$COPY_RESOLV_CONF" != 1 ] || cp "$host/etc/resolv.conf" "$root/etc/resolv.conf"
  [ -z "$HOST_ADDRESS$LOCAL_ADDRESS$HOST_ADDRESS6$LOCAL_ADDRESS6$LOCAL_MAC_ADDRESS" ] || veth=yes
  [ "$PRIVATE_NETWORK" != 1 ] && [ -z "$veth$HOST_BRIDGE$INTERFACES$MACVLANS$NETWORK_NAMESPACE_PATH" ] || private=yes

  if [ -n "$SYSTEM_PATH" ]; then
    system=$SYSTEM_PATH
  else
    system=$(readlink "$host/nix/var/nix/profiles/per-container/$instance/system") &&
      system=$(readlink "$host/nix/var/nix/profiles/per-container/$instance/$system") || system=
  fi
  [ -n "$system" ] && [ -e "$host$system/init" ] ||
    refuse "/nix/var/nix/profiles/per-container/$instance/system/system: No such file or directory" || return
  case $instance in
    -* | *- | _* | *_) refuse 'Failed to determine machine name automatically, please use -M.' || return ;;
    *[!a-zA-Z0-9-]*) refuse "Invalid machine name: $instance" || return ;;
  esac
  check_interfaces && check_addresses && check_ports && check_binds || return
  ! is_marked "$system" 'start fails' || refuse 'Container payload exited with status 1.' || return
  claim_network
}

# The links and claims of a running container.
claim_network() {
  printf '%s\n' "${wanted#"$nl"}" >"$state/claims/$instance"
  for word in $INTERFACES; do
    mkdir -p "$state/taken/$instance"
    mv "$net/${word%%:*}" "$state/taken/$instance/"
  done
  if [ -n "$HOST_BRIDGE" ]; then
    mkdir -p "$net/vb-$instance"
  elif [ -n "$veth" ]; then
    mkdir -p "$net/ve-$instance"
    printf '%s\n' "$HOST_ADDRESS" "$HOST_ADDRESS6" >"$net/ve-$instance/addresses"
  fi
}

# Gives back what claim_network took, and hides the container's first process.
container_release() {
  rm -rf "$state/claims/$instance" "$net/ve-$instance" "$net/vb-$instance" "${leader:+$host/proc/$leader}"
  [ ! -d "$state/taken/$instance" ] || {
    mv "$state/taken/$instance"/* "$net/"
    rmdir "$state/taken/$instance"
  }
}

# container_appear LEADER SYSTEM: what /proc shows of the container's first process.
container_appear() {
  inner=$host/proc/$1/root
  mkdir -p "$inner/run/embedded-host/units"
  ln -s "$root/etc" "$root/var" "$root/root" "$root/home" "$root/tmp" "$host/nix" "$inner/"
  ln -s "$2" "$inner/run/current-system"
  printf '%s\n' "$instance" >"$root/etc/hostname"
  if is_marked "$2" 'unit fails'; then echo degraded; else echo running; fi >"$inner/run/embedded-host/system-state"
}
