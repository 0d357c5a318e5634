# shellcheck shell=sh
# How converge speaks: numbered steps with the time they took, and why it refuses.

dir=$ours/containers/$w_name
conf=''
step=0

# A process for each would cost more than many a step.
# Takes: nothing. Sets: got_now (hundredths of a second since the host booted).
get_now() {
  read -r got_now _ </proc/uptime
  got_now=${got_now%.*}${got_now#*.}
}

# Begins a step; `done_step` prints what was done, with the time it took.
# Takes: $1 what it is called while it lasts. Sets: began.
begin_step() {
  get_now
  began=$got_now
  note_step "$1"
}

# Takes: $@ what was done; began. Sets: step.
done_step() {
  step=$((step + 1))
  get_now
  _took=$(((got_now - began + 5) / 10))
  say "$w_name: [$step] $* ($((_took / 10)).$((_took % 10)) s)"
}

# Takes: $@ the reason. Ends: the program.
refuse() {
  say "$w_name: ERROR: $*"
  keep_failure "$w_name" "$w_owner" "$*"
  exit 1
}
