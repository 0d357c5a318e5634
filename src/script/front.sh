# shellcheck shell=sh
# Runs `work` as root in a session of its own: a lost connection or a Ctrl-C ends this front, never the work.
# The same text runs up to three times: as the user who logged in, as root in front, and as the work itself.

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
launch() {
  if [ -n "${SUDO_USER-}" ] && command -v systemd-run >/dev/null; then
    setsid systemd-run --quiet --scope --collect --slice=system.slice sh "$workdir/program" work "$$" 2>/dev/null
    code=$?
    # Work that has begun has written its pid, and takes its folder away when it ends.
    if [ -e "$workdir/pid" ] || [ ! -e "$workdir/program" ]; then exit "$code"; fi
  fi
  exec setsid sh "$workdir/program" work "$$"
}

# What runs that were killed have left.
sweep_runs() {
  for file in "$run"/work.*/pid; do
    [ -r "$file" ] || continue
    read -r pid <"$file" || continue
    kill -0 "$pid" 2>/dev/null || rm -rf "${file%/pid}"
  done
}

# Terraform leaves an empty file where its script was: take it away once it has.
sweep_script() {
  case $1 in */.cdktf-nixos*) ;; *) return 0 ;; esac
  rm -f "$1"
  # shellcheck disable=SC2016
  setsid sh -c 'for second in 1 2 3 4 5 6 7 8 9 10; do sleep 1; [ ! -e "$1" ] || [ -s "$1" ] || { rm -f "$1"; exit; }; done' sh "$1" >/dev/null 2>&1 </dev/null &
}

# Over ssh without a terminal, the end of our input is how a lost connection, or a client that is gone, shows. This front then
# exits by itself: of one that a signal ended, the shell that waits for it would tell the user.
watch_connection() {
  # shellcheck disable=SC2064 # the process is known now
  trap "kill $tail; exit 143" TERM
  exec 4<&0
  (
    while read -r _; do :; done <&4
    kill "$$"
  ) >/dev/null 2>&1 &
  watch=$!
}

detach() {
  script=''
  case ${1-} in
    work)
      workdir=${0%/*}
      front=$2
      from=${LOGIN_FROM:-${SSH_CONNECTION-}}
      who=${SUDO_USER:-$(id -un)}${from:+ from ${from%% *}}
      say "$$" >"$workdir/pid"
      exec 2>&1
      trap 'rm -rf "$workdir"' EXIT
      work
      exit
      ;;
    ssh) # from receive.sh
      workdir=${0%/*}
      rm -f "$workdir/pid" # the receiver's: the work has not begun
      sweep_runs
      ;;
    *)
      become_root
      case $0 in /*) script=$0 ;; *) script=$PWD/$0 ;; esac
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
  pid=$!
  [ -z "$script" ] || sweep_script "$script"
  tail --pid="$pid" -s 0.02 -n +1 -f <&3 &
  tail=$!
  watch=''
  [ "${1-}" != ssh ] || watch_connection
  wait "$tail"
  wait "$pid"
  code=$?
  [ -z "$watch" ] || kill "$watch" 2>/dev/null
  exit "$code"
}
