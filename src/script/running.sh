# shellcheck shell=sh
# Starting, reloading, restarting and stopping, as the change needs.

# Stops containers that go and hold an address, port or interface this one takes.
stop_others() {
  for other in $w_stop_first; do
    find_owner "$other"
    [ "$owner" = "$w_owner" ] || give_up "$other holds an address, port or interface this container takes, and belongs to ${owner:-nobody}"
    is_up "$other" || continue
    begin_step "stopping $other"
    value_of stopped "$dir/intent"
    sed "s/^stopped=.*/stopped=$value $other/" "$dir/intent" | write_file "$dir/intent" || give_up "what it stops cannot be written down (is the disk full?)"
    exec 7>"$run/lock/$other"
    flock -w 600 7 || give_up "another change of $other does not end"
    mkdir -p "$ours/containers/$other"
    digest_of "$other" | write_file "$ours/containers/$other/yielded" || give_up "what it stops cannot be written down (is the disk full?)"
    stop_container "$other" || give_up "$other does not stop"
    exec 7>&-
    done_step "stopped $other, whose address, port or interface it takes"
  done
}

start_stopped() {
  value_of stopped "$dir/intent"
  for other in $value; do
    say "$w_name: starting $other again"
    rm -f "$ours/containers/$other/yielded"
    start_container "$other" || say "$w_name: $other does not start again"
  done
}

bring_up_or_down() {
  if [ "$w_running" = no ]; then
    if ! is_up "$w_name" && [ "$active" = inactive ]; then return 0; fi
    begin_step stopping
    stop_container "$w_name" || give_up 'the container does not stop'
    done_step 'stopped'
    return 0
  fi
  if is_up "$w_name"; then
    if [ "$restart" = no ]; then
      running_system
      system_of "$w_name"
      if [ "$running" != "$system" ]; then
        begin_step reloading
        acted=$(date +%s)
        systemctl reload "container@$w_name.service" || {
          unit_lines
          give_up_reload
        }
        done_step 'reloaded'
      fi
      if conf_in_effect; then return 0; fi
    fi
    begin_step restarting
    acted=$(date +%s)
    stop_container "$w_name" || give_up 'the container does not stop'
    start_container "$w_name" || start_failed
    done_step 'restarted'
  else
    begin_step starting
    acted=$(date +%s)
    # A conf from the future (the clock was set back) would look newer than any start.
    [ "$(stat -c %Y "$conf")" -le "$acted" ] || touch "$conf"
    start_container "$w_name" || start_failed
    done_step 'started'
  fi
  running_system
  system_of "$w_name"
  [ "$running" = "$system" ] || give_up "the container came up with another system ($running) than was built ($system)"
}

# Sets $failing to the mounts that the container's unit needs and that are not up: the unit's own journal is silent then.
find_failing_mounts() {
  failing=''
  for mount in $(systemctl show "container@$1.service" -p Requires --value); do
    case $mount in
      *.mount) [ "$(systemctl show -p ActiveState --value -- "$mount")" = active ] || failing="$failing $mount" ;;
    esac
  done
  failing=${failing# }
}

start_failed() {
  unit_lines
  find_failing_mounts "$w_name"
  [ -z "$failing" ] || give_up "the container did not start, as its bind mounts need $failing, which did not come up: see systemctl status '$failing'"
  give_up 'the container did not start; the last lines of its unit stand above'
}
