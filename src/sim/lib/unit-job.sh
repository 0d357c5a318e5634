#!/bin/sh
# unit-job.sh start|stop|reload|retry|kill|reboot|poweroff UNIT: one job of one unit, in a session of its own, as it outlives the systemctl that asked for it.
# Exit codes: 0 done, 10 a control process failed, 11 timeout, 12 too many starts, 13 does not apply, 14 canceled, 15 a dependency failed,
# 16 a required unit is missing, 17 an assertion failed.
lib=${0%/*}
# shellcheck source=host.sh
. "$lib/host.sh"
# shellcheck source=unit.sh
. "$lib/unit.sh"
# shellcheck source=mount.sh
. "$lib/mount.sh"
# shellcheck source=unit-deps.sh
. "$lib/unit-deps.sh"
# shellcheck source=cgroup.sh
. "$lib/cgroup.sh"
# shellcheck source=container-start.sh
. "$lib/container-start.sh"
# shellcheck source=container-post.sh
. "$lib/container-post.sh"
# shellcheck source=container-reload.sh
. "$lib/container-reload.sh"

unit=$2
name_instance "$unit"
load_settings "$unit"

# Waits, with the lock given up, until the job that now works on the unit is through.
await_other_job() {
  other=$job
  unlock
  while [ "$job" = "$other" ] && kill -0 "$other" 2>/dev/null; do
    sleep 0.02
    read_unit "$unit"
  done
}

# Every state a job leaves a unit in; the lock is held.
settle() {
  active=$1 sub=$2 job=0
  if [ "$active" != active ]; then
    container_release
    main_pid=0 leader='' system='' root='' cgroup=''
  fi
  write_unit "$unit"
}

# Returns 1 when five starts failed in the last ten seconds. Only failed ones count here, lest a quick test trip over its own restarts.
within_burst() {
  clock
  kept='' count=0
  for failed_at in $starts; do
    [ $((now_ms - failed_at)) -lt 10000 ] || continue
    kept="$kept $failed_at" count=$((count + 1))
  done
  starts=${kept# }
  [ "$count" -lt 5 ]
}

# fail CODE RESULT MESSAGE: the unit's start has failed; systemd will try again.
fail() {
  clock
  journal "$unit" "$invocation" "$3"
  journal "$unit" "$invocation" "$unit: Failed with result '$2'."
  result=$2 starts="$starts $now_ms"
  case $l_Restart,$2 in
    always,* | on-failure,* | on-abnormal,timeout | on-abnormal,signal | on-abort,signal) try_again ;;
    *) settle failed failed ;;
  esac
  unlock
  exit "$1"
}

try_again() {
  restarts=$((restarts + 1))
  settle activating auto-restart
  setsid -f sh "$0" retry "$unit" </dev/null >/dev/null 2>&1 9>&-
}

# A condition that is not met ends a start in silence, an assertion with a failed job; the unit stays down.
meets_conditions() {
  condition=yes assertion=yes
  if ! check_conditions Condition; then
    condition=no
    journal "$unit" '' "$unit: Skipped due to unmet condition check ($unmet)"
  elif ! check_conditions Assert; then
    assertion=no
    journal "$unit" '' "$unit: Starting requested but asserts failed."
  else
    return 0
  fi
  settle inactive dead
  unlock
  [ "$assertion" = yes ] || exit 17
  exit 0
}

# The container's processes have a place among the control groups, and what systemd knows of limits reaches the kernel.
appear_in_slice() {
  find_cgroup "$unit" "$l_Slice"
  at=$cgroup
  [ -d "$host/sys/fs/cgroup$at" ] || mkdir -p "$host/sys/fs/cgroup$at"
  write_siblings
  load_settings "$unit"
  cgroup=$at
}

# One attempt to start; the lock is held on entry.
attempt() {
  if ! within_burst; then
    journal "$unit" "$invocation" "$unit: Start request repeated too quickly."
    result=start-limit-hit
    settle failed failed
    unlock
    exit 12
  fi
  load_settings "$unit"
  meets_conditions
  new_invocation
  since=$now active=activating sub=start job=$$ result=success entered=''
  system=''
  journal "$unit" "$invocation" "Starting Container '$instance'..."
  container_start || {
    journal "$unit" "$invocation" "$reason"
    fail 10 exit-code "$unit: Main process exited, code=exited, status=$exited"
  }
  read -r serial <"$state/serial"
  echo $((serial + 2)) >"$state/serial"
  main_pid=$serial leader=$((serial + 1))
  appear_in_slice
  write_unit "$unit"
  container_appear
  unlock
  if [ "$START_SECONDS" != 0 ] && ! timeout --foreground "$l_start_seconds" sleep "$START_SECONDS"; then
    lock
    fail 11 timeout "$unit: start operation timed out. Terminating."
  fi
  lock
  clock
  run_post || fail 10 exit-code "$reason$nl$unit: Control process exited, code=exited, status=1/FAILURE"
  entered=$now
  journal "$unit" "$invocation" "Started Container '$instance'."
  settle active running
  unlock
}

job_start() {
  lock
  read_unit "$unit"
  case $active/$sub in
    active/* | reloading/*)
      unlock
      return 0
      ;;
    activating/auto-restart)
      [ "$job" = 0 ] || kill -s TERM -- "-$job" 2>/dev/null
      attempt
      ;;
    activating/* | deactivating/*)
      was=$active
      await_other_job
      read_unit "$unit"
      if [ "$was" = activating ]; then
        [ "$active" = active ] || return 10
      else
        job_start
      fi
      ;;
    *)
      if has_missing; then
        unlock
        return 16
      fi
      if ! require_mounts "$unit" || ! start_needed; then
        unlock
        return 15
      fi
      restarts=0
      attempt
      ;;
  esac
}

job_retry() {
  lock
  read_unit "$unit"
  [ "$active/$sub" = activating/auto-restart ] || exit 0
  job=$$
  write_unit "$unit"
  unlock
  pause "${l_restart_seconds:-$RETRY_SECONDS}"
  lock
  read_unit "$unit"
  attempt
}

job_stop() {
  lock
  read_unit "$unit"
  rm -f "$state/stale-$instance"
  case $active in
    inactive | failed)
      unlock
      return 0
      ;;
    deactivating)
      await_other_job
      return 0
      ;;
  esac
  [ "$job" = 0 ] || kill -s TERM -- "-$job" 2>/dev/null
  active=deactivating sub=stop-sigterm job=$$
  write_unit "$unit"
  unlock
  timed_out=''
  [ "$STOP_SECONDS" = 0 ] || timeout --foreground "$l_stop_seconds" sleep "$STOP_SECONDS" || timed_out=yes
  lock
  clock
  if [ -n "$timed_out" ]; then
    journal "$unit" "$invocation" "$unit: State 'stop-sigterm' timed out. Killing."
    result=timeout
    echo once >"$state/stale-$instance"
    settle failed failed
  else
    journal "$unit" "$invocation" "Stopped Container '$instance'."
    result=success
    settle inactive dead
  fi
  unlock
}

job_reload() {
  lock
  read_unit "$unit"
  if [ "$active" = reloading ]; then
    await_other_job
    job_reload
    return
  fi
  if [ "$active" != active ]; then
    unlock
    return 13
  fi
  active=reloading sub=reload job=$$
  write_unit "$unit"
  clock
  journal "$unit" "$invocation" "Reloading Container '$instance'..."
  switch_inside
  unlock
  [ "$outcome" != 0 ] || restart_inside
  lock
  clock
  if [ "$outcome" = 0 ]; then
    journal "$unit" "$invocation" "Reloaded Container '$instance'."
  else
    journal "$unit" "$invocation" "Reload failed for Container '$instance'."
  fi
  settle active running
  unlock
  return "$outcome"
}

# job_end kill|reboot|poweroff: what befalls a container that runs. Whoever kills systemd-nspawn itself leaves it no time to clear up.
job_end() {
  lock
  read_unit "$unit"
  if [ "$active" = active ]; then
    clock
    case $1,$l_Restart in
      kill,*)
        echo kill >"$state/stale-$instance"
        starts=''
        fail 0 signal "$unit: Main process exited, code=killed, status=9/KILL"
        ;;
      reboot,* | poweroff,always) try_again ;;
      *)
        journal "$unit" "$invocation" "$unit: Deactivated successfully."
        result=success
        settle inactive dead
        ;;
    esac
  fi
  unlock
}

case $1 in
  kill | reboot | poweroff) job_end "$1" ;;
  start) job_start ;;
  stop) job_stop ;;
  reload) job_reload ;;
  retry) job_retry ;;
esac
