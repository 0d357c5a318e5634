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

# How sshd answers for the user who logs in, as `sshd -T` prints it; where it cannot be asked, what its files say of the same.
# An embedded host's sshd is not the one of this machine.
ask_sshd() {
  settings=$r/etc/ssh/sshd_config
  { [ -z "$r" ] && sshd -T -f "$settings" -C "user=${SUDO_USER:-root},host=localhost,addr=127.0.0.1" 2>/dev/null; } ||
    sed -n 's/^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]]\{1,\}"\{0,1\}\([^"[:space:]]*\).*/hostkey \1/p
      s/^[[:space:]]*[Hh][Oo][Ss][Tt][Cc][Ee][Rr][Tt][Ii][Ff][Ii][Cc][Aa][Tt][Ee][[:space:]]\{1,\}"\{0,1\}\([^"[:space:]]*\).*/hostcertificate \1/p
      s/^[[:space:]]*[Pp][Ee][Rr][Mm][Ii][Tt][Tt][Tt][Yy][[:space:]]\{1,\}[Nn][Oo].*/permittty no/p' \
      "$settings" "$r"/etc/ssh/sshd_config.d/*.conf 2>/dev/null
}

# The public half of a host key: from the key itself, for what lies beside it may be missing or another's.
public_half() {
  ssh-keygen -y -P '' -f "$1" 2>/dev/null </dev/null || head -n 1 "$1.pub" 2>/dev/null || grep -m 1 '^[a-z0-9@.-]* AAAA' "$1" 2>/dev/null
}

observe_sshd() {
  answer=$(ask_sshd)
  newline='
'
  case $newline$answer in *"${newline}hostkey /"*) ;; *)
    for type in rsa ecdsa ed25519; do answer="$answer${newline}hostkey /etc/ssh/ssh_host_${type}_key"; done
    ;;
  esac
  say "$answer" | while read -r setting argument; do
    case $setting in
      hostkey) ! line=$(public_half "$r$argument") || host host-key "$line" ;;
      hostcertificate) ! line=$(head -n 1 "$r$argument" 2>/dev/null) || host host-certificate "$line" ;;
      maxauthtries) host auth-tries "$argument" ;;
      # Terraform asks for a terminal.
      permittty) [ "$argument" != no ] || host trouble 'no-pty sshd has PermitTTY no, and Terraform asks for a terminal' ;;
    esac
  done
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
  observe_sshd
  for hash in $p_reaps; do
    [ ! -r "$ours/reaps/$hash" ] || {
      read -r token <"$ours/reaps/$hash" || :
      host reap "$hash $token"
    }
  done
}

source_kind() {
  if [ -d "$r$1" ]; then kind="dir"; elif [ -e "$r$1" ]; then kind="file"; else kind=missing; fi
  say "source${tab}$1${tab}$kind"
  [ "$kind" = missing ] || source_devices "$1"
}

# The configuration.nix of a container that may be adopted, if it is a file where it should be: root inside may have put
# anything in its place, and anything into it.
found_configuration() {
  (
    cd -P "$statedir/$1/etc/nixos" 2>/dev/null && [ "$(pwd -P)" = "$(readlink -f "$statedir")/$1/etc/nixos" ] || exit 0
    [ -f configuration.nix ] && [ ! -L configuration.nix ] || exit 0
    if [ "$(stat -c %s configuration.nix)" -gt 65536 ]; then
      say "info${tab}$1${tab}found-not${tab}it is longer than 64 KiB"
    else
      head -c 65536 configuration.nix | tr '\000' '?' | awk -v name="$1" '{ print "info\t" name "\tfound\t" $0 }'
    fi
  )
}

# The release that ran in a root directory without a profile: its etc/static leads into the store, where nobody inside can write.
observe_remains() {
  for path in "$statedir"/*; do
    name=${path##*/}
    case $name in *[!a-zA-Z0-9_-]*) continue ;; esac
    if [ ! -d "$path" ] || [ -L "$profiles/$name/system" ]; then continue; fi
    etc=$(readlink "$path/etc/static") || continue
    case $etc in
      *[!A-Za-z0-9/._+?=-]* | */../*) continue ;;
      /nix/store/*/etc) ;;
      *) continue ;;
    esac
    value_of VERSION_ID "$r$etc/os-release"
    value=${value#\"}
    [ -z "$value" ] || say "info${tab}$name${tab}release${tab}${value%\"}"
  done
}

require_commands
observe_host
details=yes
# Names have no special characters: splitting them is meant.
# shellcheck disable=SC2046
observe $(all_names)
observe_work
observe_failures
observe_remains
probe_requests
