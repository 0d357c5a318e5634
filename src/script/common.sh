# shellcheck shell=sh
# What every program on a host needs: where things are, how to speak, how to lock.
# Each path of the host begins with $r, which is empty but on an embedded host.

set -u
LC_ALL=C
export LC_ALL
umask 077
PATH=$PATH:/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin
export PATH

r=${CDKTF_NIXOS_ROOT-}
tab='	'
cr=$(printf '\r')
ours=$r/var/lib/cdktf-nixos
run=$r/run/cdktf-nixos
control=$r/etc/systemd/system.control
wants=$control/machines.target.wants
by_hand='etc/systemd/system.control run/systemd/system.control run/systemd/system'
profiles=$r/nix/var/nix/profiles/per-container
gcroots=$r/nix/var/nix/gcroots/cdktf-nixos

# Takes: $@ a line.
say() { printf '%s\n' "$*"; }

# The host's nixos-container script tells the two directories it was built for.
# Takes: nothing. Sets: confdir, statedir, tool.
find_layout() {
  confdir=''
  statedir=''
  tool=$(command -v nixos-container) || tool=''
  if [ -n "$tool" ]; then
    while IFS= read -r _line; do
      case $_line in
        'sub '*) break ;;
        *\$configurationDirectory*=*'"/'*'"'*) confdir=${_line#*\"} && confdir=${confdir%%\"*} ;;
        *\$stateDirectory*=*'"/'*'"'*) statedir=${_line#*\"} && statedir=${statedir%%\"*} ;;
      esac
    done 2>/dev/null <"$tool"
  fi
  if [ -z "$statedir" ]; then
    if [ -d "$r/var/lib/containers" ] && [ ! -d "$r/var/lib/nixos-containers" ]; then
      confdir=/etc/containers
      statedir=/var/lib/containers
    else
      confdir=/etc/nixos-containers
      statedir=/var/lib/nixos-containers
    fi
  fi
  confdir=$r$confdir
  statedir=$r$statedir
}

# Takes: stdin. Prints: its digest.
sha256() {
  _sum=$(sha256sum)
  say "${_sum%% *}"
}

# The value of KEY in a file of KEY=VALUE lines; empty when there is none.
# Takes: $1 key, $2 file. Sets: got_value (empty when there is none).
get_value() {
  got_value=''
  [ -r "$2" ] || return 0
  while IFS= read -r _line || [ -n "$_line" ]; do
    case $_line in "$1="*) got_value=${_line#*=} ;; esac
  done <"$2"
  got_value=${got_value%"$cr"}
}
