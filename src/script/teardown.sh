# shellcheck shell=sh
# Removes everything the owner `w_owner` has on the machine `w_machine`: a machine-id, or `address of HOST` for a host that was
# never observed, which its pinned host key vouches for. `w_record` is what stands for it in Terraform's state.

# The names of this owner's containers on this host.
# Takes: $1 owner. Prints: a name a line.
owned_names() {
  for _name in $(all_names); do
    get_owner "$_name"
    [ "$got_owner" != "$1" ] || say "$_name"
  done
}

# Forgets the failures of all containers of owner $1, be there any such container or not.
# Takes: $1 owner.
forget_failures() {
  for _file in "$ours"/failures/*; do
    get_value owner "$_file"
    [ "$got_value" != "$1" ] || rm -f "$_file"
  done
}

# Whether a container is another teardown's to remove: its last deploy noted that one, when the host became known by another key.
# Takes: $1 container. Fails: it is not.
is_of_another() {
  get_value machine "$ours/containers/$1/journal"
  case $got_value in
    '' | "$w_machine") return 1 ;;
    'address of '*) return 0 ;;
  esac
  case $w_machine in
    'address of '*) return 0 ;;
    "$machine") return 1 ;;
  esac
  [ "$got_value" = "$machine" ]
}

# Takes: nothing. Sets: machine.
work() {
  find_layout
  machine=''
  [ ! -r "$r/etc/machine-id" ] || read -r machine <"$r/etc/machine-id" || :
  case $w_machine in
    'address of '* | "$machine") _other=no ;;
    *) _other=yes ;;
  esac
  _all=$(owned_names "$w_owner")
  _names=''
  for _container in $_all; do
    if is_of_another "$_container"; then say "$_container: left alone: it was deployed again since, to this machine as it is known now"; else _names="$_names $_container"; fi
  done
  if [ "$_other" = yes ]; then
    if [ -n "$_names" ]; then
      say "ERROR: this is to remove what was deployed to the machine with machine-id $w_machine, and here it is ${machine:-empty}; yet$_names of $w_owner are here. Nothing was removed"
      say "If it is the same machine with a new machine-id, deploy once more, which notes that, and destroy then; keep /etc/machine-id over reboots."
      say "If that machine is gone for good, and what is here shall stay: terraform state rm '$w_record'"
      exit 1
    fi
    say "this is another machine than the one the containers were deployed to (machine-id ${machine:-empty}, not $w_machine): left alone"
    exit 0
  fi
  _refused=no
  for _container in $_names; do
    if protected "$_container"; then
      say "$_container: ERROR: is protected. Deploy it with protect: false first; nothing was removed"
      _refused=yes
    fi
  done
  [ "$_refused" = no ] || exit 1
  _removed=yes
  # Names have no special characters: splitting them is meant.
  # shellcheck disable=SC2086
  [ -z "$_names" ] || remove_containers <<EOF || _removed=no
$(printf '%s\n' $_names)
EOF
  if [ -z "$_all" ] || [ -n "$_names" ]; then rm -f "$ours/reaps/$(printf '%s' "$w_owner" | sha256 | cut -c 1-16)"; fi
  [ "$_removed" = no ] || forget_failures "$w_owner"
  tidy
  [ "$_removed" = yes ] || exit 1
  [ -n "$_all" ] || say 'nothing of this stack is left on the host'
}

detach "$@"
