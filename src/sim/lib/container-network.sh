# shellcheck shell=sh
# What the container@ unit's scripts and systemd-nspawn check of a container's network when it starts. Sourced after conf.sh.
# shellcheck disable=SC2034,SC2154 # shared with container-start.sh, host.sh and unit.sh

net=$host/sys/class/net

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
    first=${LOCAL_ADDRESS%% *}
    is_ipv4 "${first%%/*}" || refuse "Error: any valid prefix is expected rather than \"$first\"." || return
    case $first in
      */*) is_prefix "${first#*/}" 32 || refuse "Error: any valid prefix is expected rather than \"$first\"." || return ;;
    esac
    case $HOST_BRIDGE,$LOCAL_ADDRESS in
      ,*' '*) refuse "Error: either \"to\" is duplicate, or \"${LOCAL_ADDRESS#* }\" is garbage." || return ;;
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
    case $HOST_BRIDGE,$LOCAL_ADDRESS6 in
      ,*/128) ;;
      ,*/*) refuse 'Error: Invalid prefix for given prefix length.' || return ;;
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
    [ -z "$INTERFACES$MACVLANS$HOST_BRIDGE$veth$extra_veths" ] ||
      refuse '--network-namespace-path= cannot be combined with other network options.' || return
    to_real "$NETWORK_NAMESPACE_PATH"
    [ -e "$path" ] || refuse "Cannot open file $NETWORK_NAMESPACE_PATH: No such file or directory" || return
  fi
  if [ -n "$HOST_BRIDGE" ]; then
    [ -d "$net/$HOST_BRIDGE" ] || refuse "Failed to add interface vb-$instance to bridge $HOST_BRIDGE: No such device" || return
    [ -d "$net/$HOST_BRIDGE/bridge" ] || refuse "Failed to add interface vb-$instance to bridge $HOST_BRIDGE: Operation not supported" || return
  fi
  for word in $INTERFACES $MACVLANS; do
    case $word in *:*:* | *: | :*) refuse "Network interface, interface name not valid: $word" || return ;; esac
    [ -d "$net/${word%%:*}" ] || refuse "Failed to get device ${word%%:*}: No such device" || return
  done
  inside=' lo '
  [ -z "$HOST_BRIDGE$HOST_ADDRESS$LOCAL_ADDRESS$HOST_ADDRESS6$LOCAL_ADDRESS6" ] || inside="${inside}eth0 "
  [ -z "$HOST_BRIDGE$veth" ] || inside="${inside}host0 "
  for word in $INTERFACES; do have_inside "${word#*:}" || return; done
  for word in $MACVLANS; do
    case $word in *:*) have_inside "${word#*:}" ;; *) have_inside "mv-$word" ;; esac || return
  done
  check_extra_veths
}

# Interfaces of --network-veth-extra=HOST[:INSIDE]; a name inside that is too long is the host's, without a word.
check_extra_veths() {
  outside=' '
  for word in $extra_veths; do
    link=${word%%:*} name=${word#*:}
    case $link in '' | ????????????????* | *[!A-Za-z0-9_.-]*) refuse "Failed to parse --network-veth-extra= parameter: $word" || return ;; esac
    case $name in '' | ????????????????*) name=$link ;; esac
    case $outside in *" $link "*) refuse "Failed to add new veth interfaces ($link:$name): File exists" || return ;; esac
    [ ! -d "$net/$link" ] || refuse "Failed to add new veth interfaces ($link:$name): File exists" || return
    outside="$outside$link "
    have_inside "$name" || return
    wanted="$wanted${nl}link $link"
  done
}

check_mac() {
  [ -n "$LOCAL_MAC_ADDRESS" ] || return 0
  case $LOCAL_MAC_ADDRESS in
    [0-9a-fA-F][0-9a-fA-F]:[0-9a-fA-F][0-9a-fA-F]:[0-9a-fA-F][0-9a-fA-F]:[0-9a-fA-F][0-9a-fA-F]:[0-9a-fA-F][0-9a-fA-F]:[0-9a-fA-F][0-9a-fA-F]) ;;
    *) refuse "\"$LOCAL_MAC_ADDRESS\" is invalid lladdr." ;;
  esac
}

# host_link PREFIX: sets `link` to the name of the container's interface on the host. A name that is too long is cut short, a hash its end.
host_link() {
  link=$1-$instance
  [ "${#link}" -gt 15 ] || return 0
  hash=$(printf %s "$link" | sha256sum)
  link=$(printf %.11s "$link")$(printf %.4s "$hash")
}

# Puts a link on the host that goes when the container stops: add_link NAME [ALTNAME]. It is down until someone sets it up.
add_link() {
  mkdir -p "$net/$1"
  echo down >"$net/$1/operstate"
  [ "${2-$1}" = "$1" ] || printf '%s\n' "$2" >"$net/$1/altname"
}

# The links and claims of a running container.
claim_network() {
  for word in $INTERFACES; do
    mkdir -p "$state/taken/$instance"
    mv "$net/${word%%:*}" "$state/taken/$instance/"
  done
  for word in $extra_veths; do add_link "${word%%:*}"; done
  if [ -n "$HOST_BRIDGE" ]; then
    host_link vb
    add_link "$link" "vb-$instance"
    printf '%s\n' "$HOST_BRIDGE" >"$net/$link/master"
    echo up >"$net/$link/operstate"
    wanted="$wanted${nl}link $link"
  elif [ -n "$veth" ]; then
    host_link ve
    add_link "$link" "ve-$instance"
    # The script that sets it up is not run for a MAC address alone.
    [ -z "$HOST_ADDRESS$LOCAL_ADDRESS$HOST_ADDRESS6$LOCAL_ADDRESS6" ] || echo up >"$net/$link/operstate"
    printf '%s\n' "$HOST_ADDRESS" "$HOST_ADDRESS6" >"$net/$link/addresses"
    wanted="$wanted${nl}link $link"
  fi
  printf '%s\n' "${wanted#"$nl"}" >"$state/claims/$instance"
}

# Gives back what claim_network took; sets `leavings` to the paths of what it made, one a line.
release_network() {
  leavings=$state/claims/$instance
  if [ -r "$leavings" ]; then
    while IFS= read -r claim; do
      case $claim in 'link '?*) leavings=$leavings$nl$net/${claim#link } ;; esac
    done <"$state/claims/$instance"
  fi
  [ ! -d "$state/taken/$instance" ] || {
    mv "$state/taken/$instance"/* "$net/"
    rmdir "$state/taken/$instance"
  }
}
