# shellcheck shell=sh
# Runs `work` as root in a session of its own: a lost connection or a Ctrl-C ends this front, never the work.
# The same text runs up to three times: as the user who logged in, as root in front, and as the work itself.

# Takes: nothing.
become_root() {
  [ "$(id -u)" != 0 ] || return 0
  if ! sudo -n true 2>/dev/null; then
    say "ERROR: $(id -un) is not root, and sudo wants a password or refuses: allow it sudo without a password, or log in as root"
    exit 1
  fi
  # sudo drops what the user's environment says of nixpkgs, and root's may say nothing; and where the user comes from.
  exec sudo -n -- env "LOGIN_NIX_PATH=${NIX_PATH-}" "LOGIN_FROM=${SSH_CONNECTION-}" sh "$0"
}

# Runs the work in a session of its own. Where logind ends what a user leaves who logs out (KillUserProcesses), that is
# not enough for any other than root: so in a scope beside the user's, if systemd grants one.
# Takes: nothing. Ends: the shell it runs in, with the status of the work.
launch() {
  if [ -n "${SUDO_USER-}" ] && command -v systemd-run >/dev/null; then
    setsid systemd-run --quiet --scope --collect --slice=system.slice sh "$workdir/program" work "$$" 2>/dev/null
    _code=$?
    # Work that has begun has written its pid, and takes its folder away when it ends.
    if [ -e "$workdir/pid" ] || [ ! -e "$workdir/program" ]; then exit "$_code"; fi
  fi
  exec setsid sh "$workdir/program" work "$$"
}

# What runs that were killed have left.
# Takes: nothing.
sweep_runs() {
  for _left in "$run"/work.*/pid; do
    [ -r "$_left" ] || continue
    read -r _of <"$_left" || continue
    kill -0 "$_of" 2>/dev/null || rm -rf "${_left%/pid}"
  done
}

# Terraform leaves an empty file where its script was: take it away once it has.
# Takes: $1 path of the script.
sweep_script() {
  case $1 in */.cdktf-nixos*) ;; *) return 0 ;; esac
  rm -f "$1"
  # shellcheck disable=SC2016
  setsid sh -c 'for second in 1 2 3 4 5 6 7 8 9 10; do sleep 1; [ ! -e "$1" ] || [ -s "$1" ] || { rm -f "$1"; exit; }; done' sh "$1" >/dev/null 2>&1 </dev/null &
}

# Over ssh without a terminal, the end of our input is how a lost connection, or a client that is gone, shows. This front then
# exits by itself: of one that a signal ended, the shell that waits for it would tell the user.
# Takes: $1 process that shows the log. Sets: watch.
watch_connection() {
  # shellcheck disable=SC2064 # the process is known now
  trap "kill $1; exit 143" TERM
  exec 4<&0
  (
    while read -r _; do :; done <&4
    kill "$$"
  ) >/dev/null 2>&1 &
  watch=$!
}

# Takes: $1 `work`, `ssh` or nothing, $2 the front, for `work`. Sets: workdir, front, who, watch. Ends: the program, with the status of the work.
detach() {
  _script=''
  case ${1-} in
    work)
      workdir=${0%/*}
      front=$2
      _from=${LOGIN_FROM:-${SSH_CONNECTION-}}
      who=${SUDO_USER:-$(id -un)}${_from:+ from ${_from%% *}}
      say "$$" >"$workdir/pid"
      exec 2>&1
      trap 'rm -rf "$workdir"' EXIT
      work
      exit
      ;;
    # From receive.sh; the pid is the receiver's: the work has not begun.
    ssh)
      workdir=${0%/*}
      rm -f "$workdir/pid"
      sweep_runs
      ;;
    *)
      become_root
      case $0 in /*) _script=$0 ;; *) _script=$PWD/$0 ;; esac
      mkdir -p "$run"
      sweep_runs
      workdir=$(mktemp -d "$run/work.XXXXXX") || exit 1
      # Of a program that is cut short, sh would do what there is of it, and call it a success.
      if ! cat "$0" >"$workdir/program"; then
        rm -rf "$workdir"
        say "ERROR: the program cannot be copied to ${run#"$r"} (is /run full?): nothing was done"
        exit 1
      fi
      ;;
  esac
  : >"$workdir/log"
  exec 3<"$workdir/log"
  launch >"$workdir/log" 2>&1 </dev/null 3<&- &
  _pid=$!
  [ -z "$_script" ] || sweep_script "$_script"
  tail --pid="$_pid" -s 0.02 -n +1 -f <&3 &
  _tail=$!
  watch=''
  [ "${1-}" != ssh ] || watch_connection "$_tail" # sets watch
  wait "$_tail"
  wait "$_pid"
  _ended=$?
  [ -z "$watch" ] || kill "$watch" 2>/dev/null
  # Terraform shows what a script says a moment after it has come, and not at all once the script has failed meanwhile.
  if [ "$_ended" != 0 ] && [ "${1-}" != ssh ]; then sleep 0.5; fi
  exit "$_ended"
}
