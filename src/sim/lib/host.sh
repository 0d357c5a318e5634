# shellcheck shell=sh
# What every double shares. Functions answer in variables, not on stdout: a subshell costs more than the rest of a double.
# Sourced by: every file in ../bin, unit-job.sh.
# shellcheck disable=SC2034 # the variables are read by those who source this file
set -u

host=${CDKTF_NIXOS_ROOT:?the doubles run on an embedded host only}
state=$host/run/embedded-host
me=${USER:-root}
nl='
'
blanks=' 	'$nl

# What the TypeScript side has set; read at every call, so that a change takes effect at once.
BUILD_SECONDS=0 START_SECONDS=0 STOP_SECONDS=0 RELOAD_SECONDS=0 RETRY_SECONDS=0.1
FAULT_BUILD='' FAULT_DISK='' SUDO=yes CONF_DIR=/etc/nixos-containers STATE_DIR=/var/lib/nixos-containers SYSTEM_NIX_PATH='' SYSTEM_NIXPKGS=''
# shellcheck source=/dev/null
[ ! -r "$host/etc/embedded-host" ] || . "$host/etc/embedded-host"

# On a full disk every command runs with a file size limit of nothing; /run is memory, so the doubles' own state is not bound by it.
# shellcheck disable=SC3045 # every sh of a Linux has soft limits
[ -z "$FAULT_DISK" ] || ulimit -S -f unlimited

is_root() { [ "$me" = root ]; }

# Sets `path` to where a path of the host lies for real; paths handed to us may carry the prefix already.
to_real() {
  case $1 in
    "$host" | "$host"/*) path=$1 ;;
    *) path=$host$1 ;;
  esac
}

# Sets `path` to the path as the host knows it.
to_host() { path=${1#"$host"}; }

say() { printf '%s\n' "$*" >&2; }

die() {
  status=$1
  shift
  say "$@"
  exit "$status"
}

# Appends the call to the host's record of changes; what one double asks of another is part of the first one's call.
record() {
  [ -z "${EMBEDDED_HOST_NESTED-}" ] || return 0
  line=$*
  case $line in
    *"$nl"*)
      rest=$line line=
      while [ "$rest" != "${rest#*"$nl"}" ]; do
        line="$line${rest%%"$nl"*}\\n"
        rest=${rest#*"$nl"}
      done
      line=$line$rest
      ;;
  esac
  printf '%s\n' "$line" >>"$host/var/log/calls"
  EMBEDDED_HOST_NESTED=1
  export EMBEDDED_HOST_NESTED
}

# One lock for all state of units: held for moments, never while something takes time.
lock() {
  exec 9>>"$state/lock"
  flock 9
}

unlock() { exec 9>&-; }

# Sets `now` to the seconds since the epoch and `now_ms` to the milliseconds.
clock() {
  now_ms=$(date +%s%3N)
  now=${now_ms%???}
}

pause() {
  [ "$1" = 0 ] || sleep "$1"
}
