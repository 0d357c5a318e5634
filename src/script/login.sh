# shellcheck shell=sh
# What only the user who logs in can tell: where Terraform may put its scripts, and whether sudo lets it be root.

trouble() { printf 'host\ttrouble\t%s %s\n' "$1" "$2"; }

script_dir=.
case $(stat -c %a "$HOME" 2>/dev/null) in
  *00) ;;
  *)
    script_dir=.cdktf-nixos
    if ! mkdir -p "$HOME/$script_dir" || ! chmod 700 "$HOME/$script_dir"; then
      trouble noexec "the home directory ${HOME-} cannot hold a folder for Terraform's scripts"
    fi 2>/dev/null
    ;;
esac
printf 'host\tscript-dir\t%s\n' "$script_dir"
# sshd's own word for where we came in: what Terraform must be able to reach again.
case ${SSH_CONNECTION-} in *' '*' '*' '*) printf 'host\tssh-server\t%s\n' "${SSH_CONNECTION#* * }" ;; esac
# An empty file of an upload is swept by the run it belongs to, unless the host went down meanwhile.
for left in "$HOME/$script_dir"/.cdktf-nixos-*.sh; do
  [ ! -e "$left" ] || find "$left" -maxdepth 0 -size 0 -mmin +10 -delete
done
trial=$HOME/$script_dir/.cdktf-nixos-$$
if ! printf '#!/bin/sh\nexit 0\n' >"$trial" || ! chmod 700 "$trial" || ! "$trial"; then
  trouble noexec "no program can be run from $HOME/$script_dir: is it mounted noexec?"
fi 2>/dev/null
rm -f "$trial"
become=''
if [ "$(id -u)" != 0 ]; then
  become='sudo -n --'
  if [ "$p_become" = no ]; then
    trouble not-root "$(id -un) is not root, and become is false"
    become=false
  elif ! refusal=$(sudo -n true 2>&1 </dev/null); then
    trouble sudo "$refusal"
    become=false
  fi
fi
