# shellcheck shell=sh
# Runs on a host, given to the login user's `sh`: takes the program of `size` bytes from the connection into a folder that only root
# may enter, and runs it there. A program that has not arrived whole is not run.

PATH=$PATH:/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin
export PATH
umask 077
if [ "$(id -u)" != 0 ]; then
  if ! sudo -n true 2>/dev/null </dev/null; then
    echo "ERROR: $(id -un) is not root, and sudo wants a password or refuses: allow it sudo without a password, or log in as root"
    exit 1
  fi
  exec sudo -n -- env "LOGIN_NIX_PATH=${NIX_PATH-}" "LOGIN_FROM=${SSH_CONNECTION-}" sh -c "$receive"
fi
run=${CDKTF_NIXOS_ROOT-}/run/cdktf-nixos
mkdir -p "$run" && workdir=$(mktemp -d "$run/work.XXXXXX") || exit 1
echo "$$" >"$workdir/pid"
head -c "$size" >"$workdir/program"
if [ "$(wc -c <"$workdir/program")" -ne "$size" ]; then
  rm -rf "$workdir"
  echo "ERROR: the program did not arrive whole: nothing was done"
  exit 1
fi
exec sh "$workdir/program" ssh
