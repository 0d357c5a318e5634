# shellcheck shell=sh
# Tells what is on this host. Runs as root; the names, paths and files to look at stand in p_… .

# Syntax of a module file: unless the host holds the very same text already, its nix reads it.
# Takes: $1 digest, $2 text in base64. Prints: the record.
check_syntax() {
  _parser=$(command -v nix-instantiate) || {
    say "parse${tab}$1${tab}unknown"
    return 0
  }
  _text=$(mktemp) || return 0
  printf '%s' "$2" | base64 -d >"$_text"
  if _complaint=$("$_parser" --parse "$_text" 2>&1 >/dev/null); then
    say "parse${tab}$1${tab}ok"
  else
    say "$_complaint" | sed "s|$_text|FILE|g; s|^|parse${tab}$1${tab}error${tab}|"
  fi
  rm -f "$_text"
}

# How sshd answers for the user who logs in, as `sshd -T` prints it; where it cannot be asked, what its files say of the same.
# An embedded host's sshd is not the one of this machine.
# Takes: nothing. Prints: a setting a line.
ask_sshd() {
  _settings=$r/etc/ssh/sshd_config
  { [ -z "$r" ] && sshd -T -f "$_settings" -C "user=${SUDO_USER:-root},host=localhost,addr=127.0.0.1" 2>/dev/null; } ||
    sed -n 's/^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]]\{1,\}"\{0,1\}\([^"[:space:]]*\).*/hostkey \1/p
      s/^[[:space:]]*[Hh][Oo][Ss][Tt][Cc][Ee][Rr][Tt][Ii][Ff][Ii][Cc][Aa][Tt][Ee][[:space:]]\{1,\}"\{0,1\}\([^"[:space:]]*\).*/hostcertificate \1/p
      s/^[[:space:]]*[Pp][Ee][Rr][Mm][Ii][Tt][Tt][Tt][Yy][[:space:]]\{1,\}[Nn][Oo].*/permittty no/p' \
      "$_settings" "$r"/etc/ssh/sshd_config.d/*.conf 2>/dev/null
}

# The public half of a host key: from the key itself, for what lies beside it may be missing or another's.
# Takes: $1 path of the private half. Prints: the line. Fails: there is none.
public_half() {
  ssh-keygen -y -P '' -f "$1" 2>/dev/null </dev/null || head -n 1 "$1.pub" 2>/dev/null || grep -m 1 '^[a-z0-9@.-]* AAAA' "$1" 2>/dev/null
}

# Takes: nothing. Prints: the records.
observe_sshd() {
  _answer=$(ask_sshd)
  _newline='
'
  case $_newline$_answer in *"${_newline}hostkey /"*) ;; *)
    for _type in rsa ecdsa ed25519; do _answer="$_answer${_newline}hostkey /etc/ssh/ssh_host_${_type}_key"; done
    ;;
  esac
  say "$_answer" | while read -r _setting _argument; do
    case $_setting in
      hostkey) ! _line=$(public_half "$r$_argument") || host host-key "$_line" ;;
      hostcertificate) ! _line=$(head -n 1 "$r$_argument" 2>/dev/null) || host host-certificate "$_line" ;;
      maxauthtries) host auth-tries "$_argument" ;;
      # Terraform asks for a terminal.
      permittty) [ "$_argument" != no ] || host trouble 'no-pty sshd has PermitTTY no, and Terraform asks for a terminal' ;;
    esac
  done
}

# Takes: $1 field, $2 value. Prints: the record.
host() { say "host${tab}$1${tab}$2"; }

# Without one of these the rest would come out incomplete, and look like an emptier host.
# Takes: nothing. Prints: the record.
require_commands() {
  _missing=''
  for _name in awk base64 cut date find flock grep machinectl mktemp mountpoint readlink sed setsid sha256sum sort stat systemctl tail timeout tr xargs; do
    command -v "$_name" >/dev/null || _missing="$_missing $_name"
  done
  [ -z "$_missing" ] || host trouble "no-command$_missing"
}

# What a plan's advice on networks goes by, read without a process.
# Takes: nothing. Prints: the records.
observe_network() {
  for _name in nftables systemd-networkd; do
    [ ! -e "$r/etc/systemd/system/$_name.service" ] || host network "$_name"
  done
  [ ! -r "$r/proc/net/route" ] || while read -r _interface _target _ _ _ _ _ _mask _; do
    [ "$_target $_mask" != '00000000 00000000' ] || host way-out "$_interface"
  done <"$r/proc/net/route"
  [ ! -r "$r/etc/resolv.conf" ] || while read -r _key _server _ || [ -n "$_key" ]; do
    [ "$_key" != nameserver ] || host nameserver "$_server"
  done <"$r/etc/resolv.conf"
  for _path in "$r/proc/net/tcp" "$r/proc/net/tcp6"; do
    [ ! -r "$_path" ] || while read -r _number _local _ _state _; do
      # What listens comes first, and may be all that matters of many thousand lines.
      case $_number:$_state in sl:*) continue ;; *:0A) ;; *) break ;; esac
      case $_local in
        00000000:* | 00000000000000000000000000000000:*) host listens "$((0x${_local#*:}))" ;;
      esac
    done <"$_path"
  done
}

# Takes: nothing. Prints: the records.
observe_host() {
  _machine=''
  [ ! -r "$r/etc/machine-id" ] || read -r _machine <"$r/etc/machine-id" || :
  host machine-id "$_machine"
  _name=''
  for _path in "$r/proc/sys/kernel/hostname" "$r/etc/hostname"; do
    [ -n "$_name" ] || [ ! -r "$_path" ] || read -r _name <"$_path" || :
  done
  host hostname "$_name"
  get_value PRETTY_NAME "$r/etc/os-release"
  _system=${got_value#\"}
  host os "${_system%\"}"
  find_layout
  host conf-dir "${confdir#"$r"}"
  host state-dir "${statedir#"$r"}"
  if [ -n "$tool" ]; then host tool "$tool"; else host trouble 'no-tool the command nixos-container is not on this host'; fi
  _fragment=$(systemctl show container@probe.service -p FragmentPath --value 2>/dev/null)
  if [ -n "$_fragment" ]; then host unit-template yes; else host trouble 'no-unit systemd knows no container@.service on this host'; fi
  find_nixpkgs
  if [ -n "$nixpkgs" ]; then
    host nixpkgs "${nixpkgs#"$r"}"
    host nixpkgs-release "$release"
  else
    host trouble 'no-nixpkgs nix-instantiate --find-file nixpkgs finds none'
  fi
  for _path in "$r"/sys/class/net/*; do
    [ -e "$_path" ] || continue
    host interface "${_path##*/}"
    [ ! -d "$_path/bridge" ] || host bridge "${_path##*/}"
  done
  ip -o addr show 2>/dev/null | while read -r _ _interface _family _address _; do
    case $_family in inet | inet6) host address "$_interface $_address" ;; esac
  done
  # A host that speaks with other routers may know hundreds of thousands.
  { ip -4 -o route show && ip -6 -o route show; } 2>/dev/null | head -n 2000 | while read -r _address _rest; do
    case $_address in *[!0-9a-f.:/]*) continue ;; esac # `default`, `blackhole`
    case $_rest in *'dev '*) ;; *) continue ;; esac
    _interface=${_rest#*dev }
    host route "${_interface%% *} $_address"
  done
  _forward=0
  [ ! -r "$r/proc/sys/net/ipv4/ip_forward" ] || read -r _forward <"$r/proc/sys/net/ipv4/ip_forward" || :
  host ip-forward "$_forward"
  # What exists must be writable, from the folder itself up to the first that is there.
  _place=$control
  while [ ! -d "$_place" ]; do _place=${_place%/*}; done
  if [ -w "$_place" ]; then host system-control writable; else host system-control read-only; fi
  observe_sshd
  for _hash in $p_reaps; do
    [ ! -r "$ours/reaps/$_hash" ] || {
      read -r _token <"$ours/reaps/$_hash" || :
      host reap "$_hash $_token"
    }
  done
}

# Takes: $1 bind source. Prints: the records.
source_kind() {
  if [ -d "$r$1" ]; then _is="dir"; elif [ -e "$r$1" ]; then _is="file"; else _is=missing; fi
  say "source${tab}$1${tab}$_is"
  [ "$_is" = missing ] || source_devices "$1"
}

# Takes: $@ units of the host, $1 the next of them. Prints: a record of each, with its state in systemd's words.
observe_host_units() {
  _load=''
  systemctl show "$@" -p LoadState -p ActiveState | {
    while IFS= read -r _line; do
      case $_line in
        LoadState=*) _load=${_line#*=} ;;
        ActiveState=*) _state=${_line#*=} ;;
        '')
          say "unit${tab}$1${tab}$_load${tab}$_state"
          shift
          ;;
      esac
    done
    [ $# -eq 0 ] || say "unit${tab}$1${tab}$_load${tab}$_state"
  }
}

# Whether the script that starts containers reads a key of their confs; nothing where it cannot be told.
# Takes: $1 key. Prints: a record.
observe_key() {
  case $1 in
    'nsenter --all')
      # What is no script of nixpkgs tells nothing.
      [ -n "$tool" ] && grep -q nsenter "$tool" || return 0
      if grep -q -e '--all' "$tool"; then say "key${tab}$1${tab}yes"; else say "key${tab}$1${tab}no"; fi
      return 0
      ;;
  esac
  _exec=$(systemctl show container@cdktf-nixos.service -p ExecStart --value)
  _exec=${_exec#*path=}
  _exec=$r${_exec%% *}
  [ -f "$_exec" ] && [ -r "$_exec" ] || return 0
  if grep -q "$1" "$_exec"; then say "key${tab}$1${tab}yes"; else say "key${tab}$1${tab}no"; fi
}

# The configuration.nix of a container that may be adopted, if it is a file where it should be: root inside may have put
# anything in its place, and anything into it.
# Takes: $1 container. Prints: the records.
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
# Takes: nothing. Prints: the records.
observe_remains() {
  for _path in "$statedir"/*; do
    _name=${_path##*/}
    case $_name in *[!a-zA-Z0-9_-]*) continue ;; esac
    if [ ! -d "$_path" ] || [ -L "$profiles/$_name/system" ]; then continue; fi
    _etc=$(readlink "$_path/etc/static") || continue
    case $_etc in
      *[!A-Za-z0-9/._+?=-]* | */../*) continue ;;
      /nix/store/*/etc) ;;
      *) continue ;;
    esac
    get_value VERSION_ID "$r$_etc/os-release"
    _release=${got_value#\"}
    [ -z "$_release" ] || say "info${tab}$_name${tab}release${tab}${_release%\"}"
  done
}

require_commands
observe_host
observe_network
details=yes
# Names have no special characters: splitting them is meant.
# shellcheck disable=SC2046
observe $(all_names)
observe_work
observe_failures
observe_remains
probe_requests
