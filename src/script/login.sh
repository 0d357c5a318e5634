# shellcheck shell=sh
# What only the user who logs in can tell: where Terraform may put its scripts, and whether sudo lets it be root.

# Takes: $1 word, $2 text. Prints: the record.
trouble() { printf 'host\ttrouble\t%s %s\n' "$1" "$(printf %s "$2" | tr '\n\t' '  ')"; }

# Takes: $1 folder. Prints: its path without symbolic links. Fails: it cannot be entered.
real() { (CDPATH='' cd -P -- "$1" 2>/dev/null && pwd -P); }

# Terraform names its scripts `./…`: where the login shell's commands start, which is home unless its start-up files move.
# A shell may have changed HOME, and a symbolic link is the same place.
# Takes: nothing. Sets: here. Fails: commands start elsewhere.
find_home() {
  here=$(pwd -P)
  _account=$(getent passwd "${LOGNAME:-$(id -un)}" 2>/dev/null | cut -d: -f6)
  for _place in "${HOME-}" "$_account"; do
    [ -z "$_place" ] || [ "$(real "$_place")" != "$here" ] || return 0
  done
  _place=${_account:-${HOME-}}
  [ -d "$_place" ] || _place="$_place, which is not there"
  trouble not-home "they start in $here, and the home directory is $_place"
  return 1
}

# Takes: here. Sets: script_dir.
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
  for _left in "./$script_dir"/.cdktf-nixos-*.sh; do
    [ ! -e "$_left" ] || find "$_left" -maxdepth 0 -size 0 -mmin +10 -delete
  done
}

# Does what Terraform will do: a file, run by its relative name, by the login shell as sshd starts it.
# Takes: script_dir, here.
try_script() {
  _trial=./$script_dir/.cdktf-nixos-$$
  if ! printf '#!/bin/sh\nexit 0\n' >"$_trial" || ! chmod 700 "$_trial" || ! "$_trial"; then
    trouble noexec "no program can be run from $here${_trial#.}: is it mounted noexec?"
  elif ! _complaint=$(SHLVL=0 "${SHELL:-/bin/sh}" -c "$_trial" 2>&1 </dev/null); then
    trouble no-run "${SHELL:-/bin/sh}: $_complaint"
  fi 2>/dev/null
  rm -f "$_trial"
  for _name in scp chmod; do
    command -v "$_name" >/dev/null || trouble no-scp "no $_name on the PATH of the login: ${PATH-}"
  done
}

# Takes: nothing. Sets: become.
find_root() {
  become=''
  [ "$(id -u)" != 0 ] || return 0
  become=false
  if [ "$p_become" = no ]; then
    trouble not-root "$(id -un) is not root, and become is false"
  elif ! command -v sudo >/dev/null; then
    _others=''
    for _name in doas run0; do
      ! command -v "$_name" >/dev/null || _others="$_others $_name"
    done
    trouble no-sudo "no sudo on the PATH of the login: ${PATH-}${_others:+; there is$_others}"
  elif ! _refusal=$(sudo -n true 2>&1 </dev/null); then
    trouble sudo "$_refusal"
  else
    become='sudo -n --'
  fi
}

script_dir=.cdktf-nixos
if [ "$p_scripts" = yes ] && find_home; then
  find_script_dir # sets script_dir
  try_script
else
  # Where they would lie, should a destroy go Terraform's own way one day.
  case $(stat -c %a . 2>/dev/null) in *00) script_dir=. ;; esac
fi
printf 'host\tscript-dir\t%s\n' "$script_dir"
# sshd's own word for where we came in: what Terraform must be able to reach again.
case ${SSH_CONNECTION-} in *' '*' '*' '*) printf 'host\tssh-server\t%s\n' "${SSH_CONNECTION#* * }" ;; esac
find_root
