# shellcheck shell=sh
# Removes what the plan named: lines of `NAME DIGEST` in `w_remove`, for the owner `w_owner`.

# Takes: nothing.
work() {
  find_layout
  _hash=$(printf '%s' "$w_owner" | sha256 | cut -c 1-16)
  remove_containers <<EOF || exit 1
$w_remove
EOF
  tidy
  if [ -n "$w_remove" ]; then
    hold_places
    mkdir -p "$ours/reaps"
    settle_names "$ours" "${ours%/*}"
    say "$w_apply" | write_file "$ours/reaps/$_hash" || exit 1
    free_places
  else
    say 'nothing to remove'
  fi
}

detach "$@"
