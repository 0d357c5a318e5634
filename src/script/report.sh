# shellcheck shell=sh
# How converge speaks: numbered steps with the time they took, and why it refuses.

dir=$ours/containers/$w_name
conf=''
step=0

# Sets `now` to hundredths of a second since the host booted; a process for each would cost more than many a step.
clock() {
  read -r now _ </proc/uptime
  now=${now%.*}${now#*.}
}

# Begins a step, told as $1 while it lasts; `done_step` prints what was done, with the time it took.
begin_step() {
  clock
  began=$now
  note_step "$1"
}
done_step() {
  step=$((step + 1))
  clock
  took=$(((now - began + 5) / 10))
  say "$w_name: [$step] $* ($((took / 10)).$((took % 10)) s)"
}

refuse() {
  say "$w_name: ERROR: $*"
  keep_failure "$w_name" "$w_owner" "$*"
  exit 1
}
