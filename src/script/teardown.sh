# shellcheck shell=sh
# Removes everything the owner `w_owner` has on the machine `w_machine`.

# The names of this owner's containers on this host.
owned_names() {
  for name in $(all_names); do
    find_owner "$name"
    [ "$owner" != "$1" ] || say "$name"
  done
}

work() {
  find_layout
  machine=''
  other=no
  [ ! -r "$r/etc/machine-id" ] || read -r machine <"$r/etc/machine-id" || :
  # A host that was never observed has no machine-id on record: its pinned host key vouches for it.
  case $w_machine in
    'address of '*) ;;
    "$machine") ;;
    *) other=yes ;;
  esac
  if [ "$other" = yes ]; then
    say "this is another machine than the one the containers were deployed to (machine-id $machine, not $w_machine): left alone"
    exit 0
  fi
  remove_owner=$w_owner
  names=$(owned_names "$w_owner")
  refused=no
  for name in $names; do
    if protected "$name"; then
      say "$name: ERROR: is protected. Deploy it with protect: false first; nothing was removed"
      refused=yes
    fi
  done
  [ "$refused" = no ] || exit 1
  code=0
  remove_containers <<EOF || code=1
$names
EOF
  rm -f "$ours/reaps/$(printf '%s' "$w_owner" | sha256 | cut -c 1-16)"
  tidy
  [ "$code" = 0 ] || exit 1
  [ -n "$names" ] || say 'nothing of this stack is left on the host'
}

detach "$@"
