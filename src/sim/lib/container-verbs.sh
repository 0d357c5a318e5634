# shellcheck shell=sh
# The verbs of nixos-container, each in the order of steps the real one takes, for the order decides what a failure leaves behind.
# Exit codes are the measured ones (nixos-container.md); they carry no meaning.
# shellcheck disable=SC2154 # variables come from nixos-container, host.sh and unit.sh

# Containers of the old layout share their directory with podman's files.
is_container_conf() {
  case $1 in
    "$host/etc/containers/libpod.conf" | "$host/etc/containers/containers.conf" | "$host/etc/containers/registries.conf") return 1 ;;
  esac
  [ -e "$1" ]
}

list_containers() {
  for file in "$conf_dir"/*.conf; do
    is_container_conf "$file" || continue
    file=${file##*/}
    echo "${file%.conf}"
  done
}

is_running() {
  systemctl show "container@$name" | grep -q ActiveState=active
}

# Sets host_address and local_address to the first pair that no conf names.
find_addresses() {
  used=$nl
  for file in "$conf_dir"/*.conf; do
    is_container_conf "$file" || continue
    [ -s "$file" ] || die 255 "Died at $0 line 62."
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in HOST_ADDRESS=* | LOCAL_ADDRESS=*) used="$used${line#*=}$nl" ;; esac
    done <"$file"
  done
  number=1
  while [ "$number" -lt 255 ]; do
    host_address=10.233.$number.1 local_address=10.233.$number.2
    case $used in
      *"$nl$host_address$nl"* | *"$nl$local_address$nl"*) number=$((number + 1)) ;;
      *) return 0 ;;
    esac
  done
  die 255 "$0: out of IP addresses"
}

# The module around what --config or --config-file gave; not parsed, not escaped.
write_configuration() {
  extra=
  if [ -n "$config" ] && [ "$config" != 0 ]; then
    extra=$config
  elif [ -n "$config_file" ]; then
    extra="imports = [ $(readlink -e "$config_file") ];"
  fi
  printf '{ config, lib, pkgs, ... }:\n\n{ boot.isContainer = true;\n  networking.hostName = lib.mkDefault "%s";\n  networking.useDHCP = false;\n  %s\n}\n' \
    "$name" "$extra" >"$1"
}

# Builds the flake and sets system_path; leaves the link .tmp in the working directory, as the real one does.
build_flake() {
  nix build -o "$system_path.tmp" -- "$flake#nixosConfigurations.\"$flake_attr\".config.system.build.toplevel" ||
    die "$1" "$0: failed to build container from flake '$flake'"
  system_path=$(readlink "$system_path.tmp")
}

build_configuration() {
  nix-env -p "$profiles/$name/system" -I "nixos-config=$root/etc/nixos/configuration.nix" \
    -f "$([ -n "$has_nixos_path" ] && printf %s "$nixos_path" || printf %s '<nixpkgs/nixos>')" --set -A system
}

clear_state() {
  rm -rf "${profiles:?}/$name" "$1" "${state_dir:?}/$name"
  rm "$conf"
}

create() {
  is_root || die 13 "$0: opening /run/lock/nixos-container: Permission denied at $0 line 195."
  exec 8>>"$host/run/lock/nixos-container"
  flock 8
  if [ -n "$unique" ]; then
    base=$name number=0
    while [ -e "$conf" ] || [ -e "$root" ]; do
      name=$base-$number number=$((number + 1))
      conf=$conf_dir/$name.conf root=$state_dir/$name
    done
  fi
  [ ! -e "$conf" ] || die 25 "$0: container ‘$name’ already exists"
  [ "${#name}" -le 11 ] || die 2 "$0: container name ‘$name’ is too long"
  [ -n "$has_host_address" ] || find_addresses
  [ -z "$FAULT_DISK" ] || die 28 "write_file '$CONF_DIR/$name.conf' - syswrite: No space left on device at $0 line 245."
  {
    printf 'PRIVATE_NETWORK=1\nHOST_ADDRESS=%s\nLOCAL_ADDRESS=%s\n' "$host_address" "$local_address"
    printf 'HOST_BRIDGE=%s\nHOST_PORT=%s\nAUTO_START=%s\n' "$bridge" "$port" "$auto_start"
    [ -z "$has_flake" ] || printf 'FLAKE=%s\n' "$flake"
  } >"$conf"
  exec 8>&-
  say "host IP is $host_address, container IP is $local_address"

  mkdir -p "$profiles/$name"
  [ -z "$has_flake" ] || build_flake 2
  if [ -n "$has_flake$has_system_path" ]; then
    nix-env -p "$profiles/$name/system" --set "$system_path" || {
      clear_state "$profiles/$name/$name"
      die 2 "$0: failed to set initial container configuration"
    }
  else
    mkdir -p "$root/etc/nixos"
    write_configuration "$root/etc/nixos/configuration.nix"
    build_configuration || {
      clear_state "$profiles/$name/$name"
      die 2 "$0: failed to build initial container configuration"
    }
  fi
  [ -z "$unique" ] || echo "$name"
}

destroy() {
  is_root || die 13 "$0: cannot destroy declarative container (remove it from your configuration.nix instead)"
  [ ! -h "$conf" ] || die 30 "$0: cannot destroy declarative container (remove it from your configuration.nix instead)"
  ! is_running || terminate
  clear_state "$gcroots/$name"
}

start() {
  systemctl start "container@$name"
  case $? in
    0) ;;
    4) die 4 "$0: failed to start container" ;;
    *) die 1 "$0: failed to start container" ;;
  esac
}

stop() {
  systemctl stop "container@$name"
  case $? in
    0) ;;
    4) die 4 "$0: failed to stop container" ;;
    *) die 1 "$0: failed to stop container" ;;
  esac
}

# Sets `leader` to the process id of the container's init.
find_leader() {
  leader=$(machinectl show "$name" -p Leader)
  leader=${leader#Leader=}
  [ -n "$leader" ] || die 1 "unable to get container's main PID"
}

terminate() {
  find_leader
  machinectl terminate "$name" || die 1 "$0: failed to terminate container"
  while [ -e "$host/proc/$leader" ]; do sleep 0.02; done
}

update() {
  if [ -z "$has_flake$has_config$has_config_file" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in FLAKE=*) flake=${line#FLAKE=} has_flake=yes ;; esac
    done <"$conf"
  fi
  if [ -n "$has_flake" ]; then
    build_flake 1
    nix-env -p "$profiles/$name/system" --set "$system_path" || die 1 "$0: failed to set container configuration"
  else
    file=$root/etc/nixos/configuration.nix
    if [ -n "$config$config_file" ]; then
      is_root || die 13 "write_file '$STATE_DIR/$name/etc/nixos/configuration.nix' - open: Permission denied at $0 line 150."
      [ -d "${file%/*}" ] || die 2 "write_file '$STATE_DIR/$name/etc/nixos/configuration.nix' - open: No such file or directory at $0 line 150."
      [ -z "$FAULT_DISK" ] || die 28 "write_file '$STATE_DIR/$name/etc/nixos/configuration.nix' - syswrite: No space left on device at $0 line 150."
      write_configuration "$file"
    fi
    build_configuration || die 1 "$0: failed to build container configuration"
  fi
  if is_running; then
    say 'reloading container...'
    systemctl reload "container@$name" || die 1 "$0: failed to reload container"
  fi
}

# The command runs with the container's root as its own; it sees the doubles, not the container's programs.
run_inside() {
  find_leader
  is_root || die 1 "nsenter: cannot open /proc/$leader/ns/ipc: Permission denied"
  inner=$host/proc/$leader/root
  cd -P "$inner/root" || exit 1
  exec env -i PATH="$PATH" CDKTF_NIXOS_ROOT="$inner" HOME="$PWD" USER=root LOGNAME=root SHELL=/bin/sh TERM="${TERM-dumb}" \
    EMBEDDED_HOST_NESTED=1 "$@"
}

show_ip() {
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      LOCAL_ADDRESS=*) kind='[!0-9.]' ;;
      LOCAL_ADDRESS6=*) kind='[!0-9a-f:]' ;;
      *) continue ;;
    esac
    value=${line#*=}
    address=${value%/*} prefix=0
    [ "$address" = "$value" ] || prefix=${value#*/}
    # shellcheck disable=SC2254 # a pattern
    case $address in '' | *$kind*) continue ;; esac
    case $prefix in '' | *[!0-9]*) continue ;; esac
    case $line in LOCAL_ADDRESS=*) echo "$address" && return ;; esac
    six=${six:-$address}
  done <"$conf"
  [ -n "${six-}" ] || die 255 "$0: cannot get IP address"
  echo "$six"
}

show_host_key() {
  is_root || exit 1
  key=$root/etc/ssh/ssh_host_ed25519_key.pub
  [ -e "$key" ] || key=$root/etc/ssh/ssh_host_ecdsa_key.pub
  [ -f "$key" ] || exit 1
  cat "$key"
}
