# shellcheck shell=sh
# Starting, reloading, restarting and stopping, as the change needs.

# Stops containers that go and hold an address, port or interface this one takes.
# Takes: nothing.
stop_others() {
  for _other in $w_stop_first; do
    get_owner "$_other"
    [ "$got_owner" = "$w_owner" ] || give_up "$_other holds an address, port or interface this container takes, and belongs to ${got_owner:-nobody}"
    is_up "$_other" || continue
    begin_step "stopping $_other"
    get_value stopped "$dir/intent"
    sed "s/^stopped=.*/stopped=$got_value $_other/" "$dir/intent" | write_file "$dir/intent" || give_up "what it stops cannot be written down (is the disk full?)"
    exec 7>"$run/lock/$_other"
    flock -w 600 7 || give_up "another change of $_other does not end"
    mkdir -p "$ours/containers/$_other"
    digest_of "$_other" | write_file "$ours/containers/$_other/yielded" || give_up "what it stops cannot be written down (is the disk full?)"
    stop_container "$_other" || give_up "$_other does not stop"
    exec 7>&-
    done_step "stopped $_other, whose address, port or interface it takes"
  done
}

# Takes: nothing.
start_stopped() {
  get_value stopped "$dir/intent"
  for _stopped in $got_value; do
    say "$w_name: starting $_stopped again"
    rm -f "$ours/containers/$_stopped/yielded"
    start_container "$_stopped" || say "$w_name: $_stopped does not start again"
  done
}

# Takes: restart.
bring_up_or_down() {
  if [ "$w_running" = no ]; then
    if is_inactive "$w_name"; then return 0; fi
    begin_step stopping
    stop_container "$w_name" || give_up 'the container does not stop'
    case $w_drop_in in *RuntimeDirectory=*) ;; *) leave_run_root "$w_name" ;; esac
    done_step 'stopped'
    return 0
  fi
  if is_up "$w_name"; then
    if [ "$restart" = no ]; then
      get_running
      get_system "$w_name"
      if [ "$got_running" != "$got_system" ]; then
        begin_step reloading
        _acted=$(date +%s)
        systemctl reload "container@$w_name.service" || {
          get_unit_lines "$_acted"
          give_up_reload "$got_unit_lines"
        }
        done_step 'reloaded'
      fi
      if conf_in_effect && credentials_in_effect; then return 0; fi
    fi
    if [ "$w_restart" = no ]; then
      say "$w_name: what needs a restart takes effect when it starts next (restartIfChanged: false)"
      return 0
    fi
    begin_step restarting
    _acted=$(date +%s)
    stop_container "$w_name" || give_up 'the container does not stop'
    leave_earlier_root
    start_container "$w_name" || start_failed "$_acted"
    case $w_drop_in in *RuntimeDirectory=*) ;; *) leave_run_root "$w_name" ;; esac
    done_step 'restarted'
  else
    begin_step starting
    _acted=$(date +%s)
    # A conf from the future (the clock was set back) would look newer than any start.
    [ "$(stat -c %Y "$conf")" -le "$_acted" ] || touch "$conf"
    leave_earlier_root
    start_container "$w_name" || start_failed "$_acted"
    done_step 'started'
  fi
  get_running
  get_system "$w_name"
  [ "$got_running" = "$got_system" ] || give_up "the container came up with another system ($got_running) than was built ($got_system)"
}

# The mounts that the container's unit needs and that are not up: the unit's own journal is silent then.
# Takes: $1 container. Sets: got_failing_mounts (with a space between).
get_failing_mounts() {
  got_failing_mounts=''
  for _mount in $(systemctl show "container@$1.service" -p Requires --value); do
    case $_mount in
      *.mount) [ "$(systemctl show -p ActiveState --value -- "$_mount")" = active ] || got_failing_mounts="$got_failing_mounts $_mount" ;;
    esac
  done
  got_failing_mounts=${got_failing_mounts# }
}

# A root in memory that it moves into now is empty, also where one was left behind by a stop that systemd no longer knew it at.
# Takes: nothing.
leave_earlier_root() {
  case $w_drop_in in
    *RuntimeDirectory=*) if root_moves; then leave_run_root "$w_name"; fi ;;
  esac
}

# Takes: $1 seconds since the epoch at which the start began. Ends: the program, with the reason.
start_failed() {
  get_unit_lines "$1"
  # It looks as if a condition were not met also where none was looked at, for something that it requires did not come up.
  get_failing_mounts "$w_name"
  [ -z "$got_failing_mounts" ] || give_up "the container did not start, as its bind mounts need $got_failing_mounts, which did not come up: see systemctl status '$got_failing_mounts'"
  case $(systemctl show "container@$w_name.service" -p ConditionResult -p ConditionTimestampMonotonic) in
    *ConditionTimestampMonotonic=0*) ;;
    *ConditionResult=no*) give_up 'the container did not start, as a condition of its unit is not met (unit.unitConfig)' ;;
  esac
  give_up 'the container did not start; the last lines of its unit stand above'
}
