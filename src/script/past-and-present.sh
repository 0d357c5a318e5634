# shellcheck shell=sh
# What is being done to containers as we look, and what failed last.

# Prints a record of each change or removal under way: NAME, action, since, step, its seconds so far, who runs it.
# Takes: nothing. Prints: the records.
observe_work() {
  _now=$(date +%s)
  _told=' '
  for _file in "$run"/work.*/progress; do
    [ -r "$_file" ] || continue
    read -r _pid <"${_file%/progress}/pid" || continue
    # The number may be another process's by now.
    grep -q -F "${_file%/progress}/program" "/proc/$_pid/cmdline" 2>/dev/null || continue
    get_value names "$_file"
    _names=$got_value
    get_value action "$_file"
    _action=$got_value
    get_value since "$_file"
    _since=$got_value
    get_value step "$_file"
    _step=$got_value
    get_value step-since "$_file"
    _took=$((_now - ${got_value:-_now}))
    get_value who "$_file"
    for _name in $_names; do
      say "work${tab}$_name${tab}$_action${tab}$_since${tab}$_step${tab}$_took${tab}$got_value"
      _told="$_told$_name "
    done
  done
  # What a run that was killed had started holds its lock, and is waited for.
  for _file in "$ours"/containers/*/intent; do
    _name=${_file%/intent}
    _name=${_name##*/}
    case $_told in *" $_name "*) continue ;; esac
    [ ! -e "$run/lock/$_name" ] || flock -n "$run/lock/$_name" true || say "work${tab}$_name${tab}${tab}${tab}${tab}${tab}"
  done
}

# Prints a record of each container's last failure: NAME, time, step, owner, reason.
# Takes: nothing. Prints: the records.
observe_failures() {
  for _file in "$ours"/failures/*; do
    [ -f "$_file" ] || continue
    case $_file in *.new) continue ;; esac
    get_value owner "$_file"
    _owner=$got_value
    get_value time "$_file"
    _time=$got_value
    get_value step "$_file"
    _step=$got_value
    get_value reason "$_file"
    say "failure${tab}${_file##*/}${tab}$_time${tab}$_step${tab}$_owner${tab}$got_value"
  done
}
