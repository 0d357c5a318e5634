# shellcheck shell=sh
# What is being done to containers as we look, and what failed last.

# Prints a record of each change or removal under way: NAME, action, since, step, its seconds so far, who runs it.
observe_work() {
  now=$(date +%s)
  told=' '
  for file in "$run"/work.*/progress; do
    [ -r "$file" ] || continue
    read -r pid <"${file%/progress}/pid" || continue
    # The number may be another process's by now.
    grep -q -F "${file%/progress}/program" "/proc/$pid/cmdline" 2>/dev/null || continue
    value_of names "$file" && names=$value
    value_of action "$file" && action=$value
    value_of since "$file" && since=$value
    value_of step "$file" && step=$value
    value_of step-since "$file" && took=$((now - ${value:-now}))
    value_of who "$file"
    for name in $names; do
      say "work${tab}$name${tab}$action${tab}$since${tab}$step${tab}$took${tab}$value"
      told="$told$name "
    done
  done
  # What a run that was killed had started holds its lock, and is waited for.
  for file in "$ours"/containers/*/intent; do
    name=${file%/intent}
    name=${name##*/}
    case $told in *" $name "*) continue ;; esac
    [ ! -e "$run/lock/$name" ] || flock -n "$run/lock/$name" true || say "work${tab}$name${tab}${tab}${tab}${tab}${tab}"
  done
}

# Prints a record of each container's last failure: NAME, time, step, owner, reason.
observe_failures() {
  for file in "$ours"/failures/*; do
    [ -f "$file" ] || continue
    case $file in *.new) continue ;; esac
    value_of owner "$file" && owner=$value
    value_of time "$file" && time=$value
    value_of step "$file" && step=$value
    value_of reason "$file"
    say "failure${tab}${file##*/}${tab}$time${tab}$step${tab}$owner${tab}$value"
  done
}
