# shellcheck shell=sh
# What only the user who logs in can tell: where Terraform may put its scripts, and whether sudo lets it be root.

trouble() { printf 'host\ttrouble\t%s %s\n' "$1" "$(printf %s "$2" | tr '\n\t' '  ')"; }

real() { (CDPATH='' cd -P -- "$1" 2>/dev/null && pwd -P); }

# Terraform names its scripts `./…`: where the login shell's commands start, which is home unless its start-up files move.
# A shell may have changed HOME, and a symbolic link is the same place.
find_home() {
  here=$(pwd -P)
  account=$(getent passwd "${LOGNAME:-$(id -un)}" 2>/dev/null | cut -d: -f6)
  for place in "${HOME-}" "$account"; do
    [ -z "$place" ] || [ "$(real "$place")" != "$here" ] || return 0
  done
  place=${account:-${HOME-}}
  [ -d "$place" ] || place="$place, which is not there"
  trouble not-home "they start in $here, and the home directory is $place"
  return 1
}

find_script_dir() {
  case $(stat -c %a . 2>/dev/null) in
    *00) script_dir=. ;;
    *)
      if ! mkdir -p "./$script_dir" || ! chmod 700 "./$script_dir"; then
        trouble noexec "the home directory $here cannot hold a folder for Terraform's scripts"
      fi 2>/dev/null
      ;;
  esac
  # An empty file of an upload is swept by the run it belongs to, unless the host went down meanwhile.
  for left in "./$script_dir"/.cdktf-nixos-*.sh; do
    [ ! -e "$left" ] || find "$left" -maxdepth 0 -size 0 -mmin +10 -delete
  done
}

# Does what Terraform will do: a file, run by its relative name, by the login shell as sshd starts it.
try_script() {
  trial=./$script_dir/.cdktf-nixos-$$
  if ! printf '#!/bin/sh\nexit 0\n' >"$trial" || ! chmod 700 "$trial" || ! "$trial"; then
    trouble noexec "no program can be run from $here${trial#.}: is it mounted noexec?"
  elif ! complaint=$(SHLVL=0 "${SHELL:-/bin/sh}" -c "$trial" 2>&1 </dev/null); then
    trouble no-run "${SHELL:-/bin/sh}: $complaint"
  fi 2>/dev/null
  rm -f "$trial"
  for name in scp chmod; do
    command -v "$name" >/dev/null || trouble no-scp "no $name on the PATH of the login: ${PATH-}"
  done
}

find_root() {
  become=''
  [ "$(id -u)" != 0 ] || return 0
  become=false
  if [ "$p_become" = no ]; then
    trouble not-root "$(id -un) is not root, and become is false"
  elif ! command -v sudo >/dev/null; then
    others=''
    for name in doas run0; do
      ! command -v "$name" >/dev/null || others="$others $name"
    done
    trouble no-sudo "no sudo on the PATH of the login: ${PATH-}${others:+; there is$others}"
  elif ! refusal=$(sudo -n true 2>&1 </dev/null); then
    trouble sudo "$refusal"
  else
    become='sudo -n --'
  fi
}

script_dir=.cdktf-nixos
if [ "$p_scripts" = yes ] && find_home; then
  find_script_dir
  try_script
else
  # Where they would lie, should a destroy go Terraform's own way one day.
  case $(stat -c %a . 2>/dev/null) in *00) script_dir=. ;; esac
fi
printf 'host\tscript-dir\t%s\n' "$script_dir"
# sshd's own word for where we came in: what Terraform must be able to reach again.
case ${SSH_CONNECTION-} in *' '*' '*' '*) printf 'host\tssh-server\t%s\n' "${SSH_CONNECTION#* * }" ;; esac
find_root
