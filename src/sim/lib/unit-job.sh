#!/bin/sh
# unit-job.sh start|stop|reload|retry UNIT: one job of one unit, in a session of its own, as it outlives the systemctl that asked for it.
# Exit codes: 0 done, 10 a control process failed, 11 timeout, 12 too many starts, 13 does not apply, 14 canceled, 15 a dependency failed.
lib=${0%/*}
# shellcheck source=host.sh
. "$lib/host.sh"
# shellcheck source=unit.sh
. "$lib/unit.sh"
# shellcheck source=mount.sh
. "$lib/mount.sh"
# shellcheck source=container-start.sh
. "$lib/container-start.sh"
# shellcheck source=container-reload.sh
. "$lib/container-reload.sh"

unit=$2
name_instance "$unit"

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
    main_pid=0 leader='' system=''
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
  result=$2 restarts=$((restarts + 1)) starts="$starts $now_ms"
  settle activating auto-restart
  setsid -f sh "$0" retry "$unit" </dev/null >/dev/null 2>&1 9>&-
  unlock
  exit "$1"
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
  new_invocation
  since=$now active=activating sub=start job=$$ result=success entered=''
  system=''
  journal "$unit" "$invocation" "Starting Container '$instance'..."
  container_start || {
    journal "$unit" "$invocation" "$reason"
    fail 10 exit-code "$unit: Main process exited, code=exited, status=1/FAILURE"
  }
  read -r serial <"$state/serial"
  echo $((serial + 2)) >"$state/serial"
  main_pid=$serial leader=$((serial + 1))
  write_unit "$unit"
  container_appear "$leader" "$system"
  unlock
  start_limit "$unit"
  if [ "$START_SECONDS" != 0 ] && ! timeout --foreground "$limit" sleep "$START_SECONDS"; then
    lock
    fail 11 timeout "$unit: start operation timed out. Terminating."
  fi
  lock
  clock
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
      if ! require_mounts "$unit"; then
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
  pause "$RETRY_SECONDS"
  lock
  read_unit "$unit"
  attempt
}

job_stop() {
  lock
  read_unit "$unit"
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
  pause "$STOP_SECONDS"
  lock
  clock
  journal "$unit" "$invocation" "Stopped Container '$instance'."
  result=success
  settle inactive dead
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

case $1 in
  start) job_start ;;
  stop) job_stop ;;
  reload) job_reload ;;
  retry) job_retry ;;
esac
