# shellcheck shell=sh
# The jobs that systemctl asks for, and how it words what became of them. Sourced after unit-deps.sh.
# shellcheck disable=SC2154 # variables come from systemctl, host.sh and unit-deps.sh

# run_job start|stop|reload UNIT: asks for a job and words its outcome.
run_job() {
  is_known "$2" || die 5 "Failed to $1 $2: Unit $2 not found."
  case $2 in
    container@*) ;;
    *)
      run_other "$1" "$2"
      return
      ;;
  esac
  if [ "$1" != stop ] && is_masked "$2"; then
    say "Failed to $1 $2: Unit $2 is masked."
    return 1
  fi
  load_settings "$2"
  [ "$1" != start ] || ! has_missing || die 5 "Failed to $1 $2: Unit $missing not found."
  setsid sh "$lib/unit-job.sh" "$1" "$2" </dev/null >/dev/null 2>&1 9>&- &
  [ -n "$block" ] || return 0
  wait $! 2>/dev/null
  code=$?
  case $code in
    0) return 0 ;;
    15) say "A dependency job for $2 failed. See 'journalctl -xe' for details." && return 1 ;;
    17) say "Assertion failed on job for $2." && return 1 ;;
    13) say "$2 is not active, cannot reload." && return 1 ;;
    10) why=' because the control process exited with error code.' ;;
    11) why=' because a timeout was exceeded.' ;;
    12) why=' because start of the service was attempted too often.' ;;
    *) say "Job for $2 canceled." && return 1 ;;
  esac
  say "Job for $2 failed$why${nl}See \"systemctl status $2\" and \"journalctl -xeu $2\" for details."
  [ "$code" != 12 ] || say "To force a start use \"systemctl reset-failed $2\"${nl}followed by \"systemctl start $2\" again."
  return 1
}

# run_other start|stop|reload UNIT: a unit that is no container. What depends on it is stopped with it.
run_other() {
  case $1 in
    start)
      start_other "$2" || {
        say "Job for $2 failed because the control process exited with error code."
        return 1
      }
      ;;
    stop)
      find_dependents "$2"
      for dependent in $dependents; do run_job stop "$dependent"; done
      case $2 in *.mount) unmount_unit "$2" ;; *) write_other "$2" inactive dead ;; esac
      ;;
  esac
}

# Restarts units; of others than containers, also the containers that depend on them and ran.
restart_units() {
  dependents=''
  for unit; do
    case $unit in container@*) ;; *) find_dependents "$unit" && afterwards="${afterwards-}$dependents" ;; esac
  done
  run_jobs stop "$@" && run_jobs start "$@" || return
  for unit in ${afterwards-}; do run_job start "$unit" || return; done
}

# run_jobs start|stop|reload UNIT...: the job for each unit; a target stands for what it wants.
run_jobs() {
  job_verb=$1 failures=0
  shift
  for unit; do
    case $unit in
      machines.target) [ "$job_verb" != start ] || start_wanted ;;
      *) run_job "$job_verb" "$unit" || failures=1 ;;
    esac
  done
  return "$failures"
}

# Starts what machines.target wants, all at a time; the target itself does not fail when one of them does.
start_wanted() {
  [ -r "$state/wants" ] || return 0
  while IFS= read -r wanted; do
    setsid sh "$lib/unit-job.sh" start "$wanted" </dev/null >/dev/null 2>&1 9>&- &
  done <"$state/wants"
  wait
}
