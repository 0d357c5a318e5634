# shellcheck shell=sh
# Tells what is on this host. Runs as root; the names, paths and files to look at stand in p_… .

# Syntax of a module file: unless the host holds the very same text already, its nix reads it.
check_syntax() {
  parser=$(command -v nix-instantiate) || {
    say "parse${tab}$1${tab}unknown"
    return 0
  }
  text=$(mktemp) || return 0
  printf '%s' "$2" | base64 -d >"$text"
  if complaint=$("$parser" --parse "$text" 2>&1 >/dev/null); then
    say "parse${tab}$1${tab}ok"
  else
    say "$complaint" | sed "s|$text|FILE|g; s|^|parse${tab}$1${tab}error${tab}|"
  fi
  rm -f "$text"
}

# Terraform asks for a terminal. Only where sshd's configuration speaks of it at all is sshd asked what holds for this user.
check_terminal() {
  case $sshd in *permit-no-tty*) ;; *) return 0 ;; esac
  settings=$r/etc/ssh/sshd_config
  if verdict=$(sshd -T -f "$settings" -C "user=${SUDO_USER:-root},host=localhost,addr=127.0.0.1" 2>/dev/null); then
    case $verdict in *"permittty no"*) ;; *) return 0 ;; esac
  fi
  host trouble 'no-pty sshd has PermitTTY no, and Terraform asks for a terminal'
}

host() { say "host${tab}$1${tab}$2"; }

# Without one of these the rest would come out incomplete, and look like an emptier host.
require_commands() {
  missing=''
  for name in awk base64 cut date find flock grep machinectl mktemp mountpoint readlink sed setsid sha256sum sort stat systemctl tail timeout tr xargs; do
    command -v "$name" >/dev/null || missing="$missing $name"
  done
  [ -z "$missing" ] || host trouble "no-command$missing"
}

observe_host() {
  machine=''
  [ ! -r "$r/etc/machine-id" ] || read -r machine <"$r/etc/machine-id" || :
  host machine-id "$machine"
  name=''
  for path in "$r/proc/sys/kernel/hostname" "$r/etc/hostname"; do
    [ -n "$name" ] || [ ! -r "$path" ] || read -r name <"$path" || :
  done
  host hostname "$name"
  value_of PRETTY_NAME "$r/etc/os-release"
  value=${value#\"}
  host os "${value%\"}"
  find_layout
  host conf-dir "${confdir#"$r"}"
  host state-dir "${statedir#"$r"}"
  if [ -n "$tool" ]; then host tool "$tool"; else host trouble 'no-tool the command nixos-container is not on this host'; fi
  fragment=$(systemctl show container@probe.service -p FragmentPath --value 2>/dev/null)
  if [ -n "$fragment" ]; then host unit-template yes; else host trouble 'no-unit systemd knows no container@.service on this host'; fi
  find_nixpkgs
  if [ -n "$nixpkgs" ]; then
    host nixpkgs "${nixpkgs#"$r"}"
    host nixpkgs-release "$release"
  else
    host trouble 'no-nixpkgs nix-instantiate --find-file nixpkgs finds none'
  fi
  for path in "$r"/sys/class/net/*; do
    [ -e "$path" ] || continue
    host interface "${path##*/}"
    [ ! -d "$path/bridge" ] || host bridge "${path##*/}"
  done
  ip -o addr show 2>/dev/null | while read -r _ interface family address _; do
    case $family in inet | inet6) host address "$interface $address" ;; esac
  done
  forward=0
  [ ! -r "$r/proc/sys/net/ipv4/ip_forward" ] || read -r forward <"$r/proc/sys/net/ipv4/ip_forward" || :
  host ip-forward "$forward"
  # What exists must be writable, from the folder itself up to the first that is there.
  place=$control
  while [ ! -d "$place" ]; do place=${place%/*}; done
  if [ -w "$place" ]; then host system-control writable; else host system-control read-only; fi
  sshd=$(sed -n 's/^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]]\{1,\}"\{0,1\}\([^"[:space:]]*\).*/\1/p
    s/^[[:space:]]*[Pp][Ee][Rr][Mm][Ii][Tt][Tt][Tt][Yy][[:space:]]\{1,\}[Nn][Oo].*/permit-no-tty/p' "$r/etc/ssh/sshd_config" "$r"/etc/ssh/sshd_config.d/*.conf 2>/dev/null)
  keys=''
  for word in $sshd; do
    case $word in /*) keys="$keys $word" ;; esac
  done
  for key in ${keys:-/etc/ssh/ssh_host_rsa_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ed25519_key}; do
    [ -r "$r$key.pub" ] || continue
    read -r line <"$r$key.pub" || :
    host host-key "$line"
  done
  for hash in $p_reaps; do
    [ ! -r "$ours/reaps/$hash" ] || {
      read -r token <"$ours/reaps/$hash" || :
      host reap "$hash $token"
    }
  done
  check_terminal
}

source_kind() {
  if [ -d "$r$1" ]; then kind="dir"; elif [ -e "$r$1" ]; then kind="file"; else kind=missing; fi
  say "source${tab}$1${tab}$kind"
}

require_commands
observe_host
details=yes
# Names have no special characters: splitting them is meant.
# shellcheck disable=SC2046
observe $(all_names)
probe_requests
