# shellcheck shell=sh
# A container's conf, and what else gives its scripts their environment. Sourced after unit.sh.
# shellcheck disable=SC2034,SC2154 # shared with container-start.sh and host.sh

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

clear_conf() {
  PRIVATE_NETWORK='' HOST_ADDRESS='' LOCAL_ADDRESS='' HOST_ADDRESS6='' LOCAL_ADDRESS6='' LOCAL_MAC_ADDRESS='' HOST_BRIDGE='' HOST_PORT=''
  INTERFACES='' MACVLANS='' NETWORK_NAMESPACE_PATH='' PRIVATE_USERS='' EXTRA_NSPAWN_FLAGS='' COPY_RESOLV_CONF='' SYSTEM_PATH='' ROOT='' too_long=''
}

# set_conf KEY VALUE: the last line of a key wins.
set_conf() {
  case $1 in
    PRIVATE_NETWORK) PRIVATE_NETWORK=$2 ;;
    HOST_ADDRESS) HOST_ADDRESS=$2 ;;
    LOCAL_ADDRESS) LOCAL_ADDRESS=$2 ;;
    HOST_ADDRESS6) HOST_ADDRESS6=$2 ;;
    LOCAL_ADDRESS6) LOCAL_ADDRESS6=$2 ;;
    LOCAL_MAC_ADDRESS) LOCAL_MAC_ADDRESS=$2 ;;
    HOST_BRIDGE) HOST_BRIDGE=$2 ;;
    HOST_PORT) HOST_PORT=$2 ;;
    INTERFACES) INTERFACES=$2 ;;
    MACVLANS) MACVLANS=$2 ;;
    NETWORK_NAMESPACE_PATH) NETWORK_NAMESPACE_PATH=$2 ;;
    PRIVATE_USERS) PRIVATE_USERS=$2 ;;
    EXTRA_NSPAWN_FLAGS) EXTRA_NSPAWN_FLAGS=$2 ;;
    COPY_RESOLV_CONF) COPY_RESOLV_CONF=$2 ;;
    SYSTEM_PATH) SYSTEM_PATH=$2 ;;
    root) ROOT=$2 ;;
  esac
}

# Reads a file the way systemd reads an EnvironmentFile.
read_conf() {
  [ -r "$1" ] || return 0
  cr=$(printf '\r')
  while IFS= read -r conf_line || [ -n "$conf_line" ]; do
    case $conf_line in '' | '#'* | ';'*) continue ;; esac
    conf_value=${conf_line#*=}
    conf_value=${conf_value%"$cr"}
    while [ "$conf_value" != "${conf_value% }" ]; do conf_value=${conf_value% }; done
    case $conf_value in
      \"*\")
        conf_value=${conf_value#\"}
        unescape "${conf_value%\"}"
        ;;
      \'*\') conf_value=${conf_value#\'} conf_value=${conf_value%\'} ;;
    esac
    set_conf "${conf_line%%=*}" "$conf_value"
    # The kernel takes no longer string into a program's environment, its key, equals sign and end included.
    conf_key=${conf_line%%=*}
    [ $((${#conf_key} + ${#conf_value} + 2)) -le 131072 ] || too_long=yes
  done <"$1"
}

# Everything that the unit's scripts see: Environment= of drop-ins, the conf over it, EnvironmentFile= of drop-ins over both.
# The unit's settings are loaded. Sets `root` to the container's root directory.
read_environment() {
  clear_conf
  while IFS= read -r line; do set_conf "${line%%=*}" "${line#*=}"; done <<EOF
$l_run_Environment
EOF
  [ "$l_conf" = no ] || read_conf "$host$CONF_DIR/$instance.conf"
  for file in $l_EnvironmentFile; do
    to_real "${file#-}"
    read_conf "$path"
  done
  to_real "${ROOT:-$STATE_DIR/$instance}"
  root=$path
}
