# shellcheck shell=sh
# Removes everything the owner `w_owner` has on the machine `w_machine`: a machine-id, or `address of HOST` for a host that was
# never observed, which its pinned host key vouches for. `w_record` is what stands for it in Terraform's state.

# The names of this owner's containers on this host.
owned_names() {
  for name in $(all_names); do
    find_owner "$name"
    [ "$owner" != "$1" ] || say "$name"
  done
}

# Forgets the failures of all containers of owner $1, be there any such container or not.
forget_failures() {
  for file in "$ours"/failures/*; do
    value_of owner "$file"
    [ "$value" != "$1" ] || rm -f "$file"
  done
}

# Whether a container is another teardown's to remove: its last deploy noted that one, when the host became known by another key.
is_of_another() {
  value_of machine "$ours/containers/$1/journal"
  case $value in
    '' | "$w_machine") return 1 ;;
    'address of '*) return 0 ;;
  esac
  case $w_machine in
    'address of '*) return 0 ;;
    "$machine") return 1 ;;
  esac
  [ "$value" = "$machine" ]
}

work() {
  find_layout
  machine=''
  [ ! -r "$r/etc/machine-id" ] || read -r machine <"$r/etc/machine-id" || :
  case $w_machine in
    'address of '* | "$machine") other=no ;;
    *) other=yes ;;
  esac
  remove_owner=$w_owner
  all=$(owned_names "$w_owner")
  names=''
  for name in $all; do
    if is_of_another "$name"; then say "$name: left alone: it was deployed again since, to this machine as it is known now"; else names="$names $name"; fi
  done
  if [ "$other" = yes ]; then
    if [ -n "$names" ]; then
      say "ERROR: this is to remove what was deployed to the machine with machine-id $w_machine, and here it is ${machine:-empty}; yet$names of $w_owner are here. Nothing was removed"
      say "If it is the same machine with a new machine-id, deploy once more, which notes that, and destroy then; keep /etc/machine-id over reboots."
      say "If that machine is gone for good, and what is here shall stay: terraform state rm '$w_record'"
      exit 1
    fi
    say "this is another machine than the one the containers were deployed to (machine-id ${machine:-empty}, not $w_machine): left alone"
    exit 0
  fi
  refused=no
  for name in $names; do
    if protected "$name"; then
      say "$name: ERROR: is protected. Deploy it with protect: false first; nothing was removed"
      refused=yes
    fi
  done
  [ "$refused" = no ] || exit 1
  code=0
  # Names have no special characters: splitting them is meant.
  # shellcheck disable=SC2086
  [ -z "$names" ] || remove_containers <<EOF || code=1
$(printf '%s\n' $names)
EOF
  if [ -z "$all" ] || [ -n "$names" ]; then rm -f "$ours/reaps/$(printf '%s' "$w_owner" | sha256 | cut -c 1-16)"; fi
  [ "$code" != 0 ] || forget_failures "$w_owner"
  tidy
  [ "$code" = 0 ] || exit 1
  [ -n "$all" ] || say 'nothing of this stack is left on the host'
}

detach "$@"
