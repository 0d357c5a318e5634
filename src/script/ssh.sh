# shellcheck shell=sh
# Runs on the machine that applies, in a local-exec of Terraform: gives a program to a host through ssh. Everything comes by the
# environment (src/script/ssh.ts). All runs of one apply share one connection to a host: the first one opens it while the others
# wait, and a watcher closes it when Terraform is gone.

set -u
umask 077
LC_ALL=C
SSH_ASKPASS=false # nobody is there to be asked, by a jump host's ssh neither
SSH_ASKPASS_REQUIRE=force
export LC_ALL SSH_ASKPASS SSH_ASKPASS_REQUIRE
terraform=$PPID

host=$CDKTF_NIXOS_HOST
where=$CDKTF_NIXOS_WHERE
options=$CDKTF_NIXOS_OPTIONS
identity=$CDKTF_NIXOS_IDENTITY
config=${CDKTF_NIXOS_SSH_CONFIG-}
known=$CDKTF_NIXOS_KNOWN_HOSTS
jump=${CDKTF_NIXOS_JUMP-}
jump_known=${CDKTF_NIXOS_JUMP_KNOWN_HOSTS-}
recorded=${CDKTF_NIXOS_RECORDED-}
late=${CDKTF_NIXOS_LATE-}
patience=$CDKTF_NIXOS_PATIENCE
run=$CDKTF_NIXOS_RUN

# Takes: $@ a line.
say() { printf '%s\n' "$*"; }

# Takes: $@ the reason. Ends: the program.
fail() {
  say "ERROR: $*"
  exit 1
}

# Takes: nothing.
pause() { sleep 0.05 2>/dev/null || sleep 1; }

# Takes: $@ texts. Prints: a number.
digest() { printf '%s\n' "$@" | cksum | cut -d ' ' -f 1; }

# The program comes in parts: texts, and files of the stack where they are too long for an environment.
# What is long is no environment of ssh and its helpers.
# Takes: nothing. Sets: parts, size.
take_parts() {
  unset CDKTF_NIXOS_CLIENT
  parts=0
  size=0
  while :; do
    _part=$((parts + 1))
    eval "_path=\${CDKTF_NIXOS_FILE_$_part-} _text=\${CDKTF_NIXOS_TEXT_$_part-} _sha256=\${CDKTF_NIXOS_SHA256_$_part-}"
    [ -n "$_path$_text" ] || return 0
    unset "CDKTF_NIXOS_TEXT_$_part"
    eval "path_$_part=\$_path text_$_part=\$_text"
    if [ -z "$_path" ]; then
      size=$((size + ${#_text} + 1))
    elif [ "$_sha256" = "${_path##*/}" ]; then
      size=$((size + $(wc -c <"$_path"))) || exit 1
    elif [ "$_sha256" = missing ]; then
      fail "$_path, a file of this stack, is not there: synthesize again, and deploy from the whole folder; nothing was done"
    else
      fail "$_path, a file of this stack, is not as it was synthesized: synthesize again; nothing was done"
    fi
    parts=$_part
  done
}

# Takes: nothing. Prints: all of the program.
send() {
  printf '%s\n' "$receive"
  _part=0
  while [ "$_part" -lt "$parts" ]; do
    _part=$((_part + 1))
    eval "_path=\$path_$_part _text=\$text_$_part"
    if [ -n "$_path" ]; then cat "$_path"; else printf '%s\n' "$_text"; fi
  done
}

# Whether a folder is ours, and nobody else may enter it.
# Takes: $1 folder. Fails: it is not.
is_private() {
  # shellcheck disable=SC2012
  _listed=$(ls -ldn "$1" 2>/dev/null) || return 1
  read -r _mode _ _user _ <<EOF
$_listed
EOF
  case $_mode in drwx------*) [ "$_user" = "$uid" ] ;; *) return 1 ;; esac
}

# Closes what this apply shares once its Terraform is gone, however it ended; of runs it left behind, it ends the connection.
# Takes: nothing.
watch_terraform() {
  (
    trap '' HUP INT QUIT TERM
    cd /
    while kill -0 "$terraform"; do sleep 1; done
    for _client in "$folder"/run.*; do [ ! -p "$_client" ] || kill "${_client##*.}"; done
    for _left in "$folder"/*.socket; do [ ! -S "$_left" ] || ssh -F /dev/null -S "$_left" -O exit nixos; done
    rm -rf "$folder"
  ) </dev/null >/dev/null 2>&1 &
}

# Where this apply keeps its sockets: a path short enough for one, and without signs that ssh would expand.
# Takes: nothing. Sets: uid, shared, folder.
find_folder() {
  uid=$(id -u)
  _name=cdktf-nixos-$(digest "$uid" "$terraform" "$run" "$(uname -n)")
  shared=yes
  for _place in "${XDG_RUNTIME_DIR-}" "${TMPDIR-}" /tmp; do
    case $_place in /*) ;; *) continue ;; esac
    case $_place in *[!A-Za-z0-9_./+@=:,-]*) continue ;; esac
    folder=${_place%/}/$_name
    [ "${#folder}" -le 64 ] || continue # a socket's path has 103 bytes at most, of which ssh needs 17 for itself
    if mkdir "$folder" 2>/dev/null; then
      watch_terraform
      return
    fi
    if is_private "$folder"; then return; fi
  done
  shared=no
  for _place in "${XDG_RUNTIME_DIR-}" "${TMPDIR-}" /tmp; do
    case $_place in /*) ;; *) continue ;; esac
    case $_place in *[!A-Za-z0-9_./+@=:,-]*) continue ;; esac
    folder=$(mktemp -d "${_place%/}/cdktf-nixos.XXXXXX" 2>/dev/null) || continue
    trap 'rm -rf "$folder"' EXIT
    say "no folder for a shared connection to $where (XDG_RUNTIME_DIR, TMPDIR, /tmp: owned by somebody else, or a path too long for a socket): this one connects by itself"
    return
  done
  fail "neither XDG_RUNTIME_DIR, TMPDIR nor /tmp can hold a folder of ours (a plain absolute path is needed): nothing was done"
}

# What ssh says in a log, without what it says of sharing: as many lines as those of a host key that changed.
# Takes: $@ logs. Prints: the lines.
words() {
  cat "$@" 2>/dev/null | tr -d '\r' | grep -v -e '^$' -e '^Authenticated to ' -e '^Control' -e '^mux_' -e '^Shared connection' -e '^Transferred' \
    -e '^Bytes per second' -e '^Connection to UNKNOWN' -e '^@@*$' -e '^OpenSSH_' | tail -n 14
}

# Takes: $@ a pattern, and logs. Fails: nobody did.
said() { grep -q -E "$@" 2>/dev/null; }

# Writes a file that is there whole or not at all.
# Takes: $1 path, $2 text.
put() {
  say "$2" >"$1.$$"
  mv "$1.$$" "$1"
}

# What this ssh must be told beside the options: only of what it knows, and only where its configuration says otherwise.
# Takes: $@ arguments of ssh. Prints: the options, one a line. Fails: ssh refuses them, which was said.
more_options() {
  _resolved=$(ssh ${config:+-F "$config"} -G "$@" 2>"$folder/resolve.$$") || {
    say "ERROR: ssh cannot tell how to reach $where; nothing was done"
    words "$folder/resolve.$$"
    return 1
  }
  _alias_known=yes
  _name=$(say "$host" | tr '[:upper:]' '[:lower:]')
  while read -r _key _value; do
    case $_key=$_value in
      sessiontype=none | sessiontype=subsystem) say SessionType=default ;;
      stdinnull=yes) say StdinNull=no ;;
      forkafterauthentication=yes) say ForkAfterAuthentication=no ;;
      knownhostscommand=none) ;;
      knownhostscommand=*) [ -z "$known" ] || say KnownHostsCommand=none ;;
      hostname="$host" | hostname="$_name") _alias_known=no ;;
    esac
  done <<EOF
$_resolved
EOF
  # A name that ssh's configuration has forgotten leads to where it led when the host was deployed.
  if [ "$_alias_known" = no ]; then say "$recorded"; fi
}

# Takes: $@ arguments of ssh; socket, log. Fails: there is no connection.
open_shared() {
  _since=$(date +%s)
  _persist=30 # seconds without a run; the watcher is sooner, unless somebody ends it
  while :; do
    rm -f "$socket"
    : >"$log"
    # It takes the place of this shell's output, or Terraform would wait for it.
    if ssh -M -N -f -S "$socket" -E "$log" -o ControlPersist="$_persist" "$@" </dev/null >/dev/null 2>"$log.errors"; then return 0; fi
    if said 'unix_listener|ControlPath too long' "$log"; then
      : >"$base.alone"
      return 0
    fi
    # What the ssh of a jump host has to say is only heard of a connection that does not persist.
    if [ "$_persist" != no ] && said 'UNKNOWN port' "$log"; then
      _persist=no
      continue
    fi
    if is_hopeless "$log" "$log.errors" || [ $(($(date +%s) - _since)) -ge "$patience" ]; then return 1; fi
    sleep 2
  done
}

# Whether trying again is of no use. A host that Terraform makes in this very apply may not know its keys or its users yet.
# Takes: $@ logs. Fails: it may be of use.
is_hopeless() {
  if said 'Host key verification failed|HOST IDENTIFICATION HAS CHANGED|[Bb]ad configuration|Bad owner or permissions' "$@"; then return 0; fi
  [ -z "$late" ] && said 'Permission denied|Too many authentication failures|Could not resolve hostname' "$@"
}

# ssh's own words come last: among those of what led there may be a banner longer than all that is shown.
# Takes: $1 log, $2 log of what led there, or nothing. Prints: the reason.
no_connection() {
  say "ERROR: ssh does not reach $where; nothing was done"
  [ -z "${2-}" ] || words "$2" | tail -n 6
  words "$1"
}

# Opens the connection that all runs of this apply share, unless it is open; only one run does so, the others wait for it.
# Takes: $@ arguments of ssh. Sets: log, socket.
share() {
  log=$base.log
  until [ -S "$socket" ] || [ -e "$base.alone" ]; do
    if mkdir "$base.lock" 2>/dev/null; then
      say "$$" >"$base.lock/pid"
      if [ -S "$socket" ] || open_shared "$@"; then
        rm -rf "$base.lock"
        continue
      fi
      no_connection "$log" "$log.errors" >"$base.failed.$$"
      rm -rf "$base.lock"
      cat "$base.failed.$$"
      exit 1
    fi
    _opener=''
    while [ -d "$base.lock" ]; do
      if [ -z "$_opener" ]; then _opener=$(cat "$base.lock/pid" 2>/dev/null); fi
      if [ -n "$_opener" ] && ! kill -0 "$_opener" 2>/dev/null && [ "$_opener" = "$(cat "$base.lock/pid" 2>/dev/null)" ]; then
        fail "the connection to $where was given up; nothing was done"
      fi
      pause
    done
    if [ -n "$_opener" ] && [ -e "$base.failed.$_opener" ]; then
      cat "$base.failed.$_opener"
      exit 1
    fi
  done
  if [ -e "$base.alone" ]; then socket=none; fi
}

# A Ctrl-C, or a Terraform that gives up: the host sees the end of its input, which ends nothing but the watching there.
# Takes: ssh. Ends: the program.
# shellcheck disable=SC2317 # it is called by a trap
interrupted() {
  kill "$ssh" 2>/dev/null
  say "ERROR: interrupted: what had begun on $where goes on, and a new plan shows how it ended"
  exit 130
}

# One session. Its input stays open until it ends: the end of it tells the host that nobody is here any more.
# Takes: $@ arguments of ssh; socket. Sets: log, ssh, code.
session() {
  log=$folder/log.$$
  _pipe=$folder/run.$$
  rm -f "$_pipe"
  mkfifo "$_pipe" || fail "no pipe can be made in $folder; nothing was done"
  : >"$log"
  trap interrupted INT TERM
  ssh -S "$socket" -E "$log" "$@" "$command" <"$_pipe" &
  ssh=$!
  exec 3>"$_pipe"
  (
    trap '' PIPE
    send >&3 2>/dev/null
  )
  wait "$ssh"
  code=$?
  exec 3>&-
  rm -f "$_pipe"
}

# Whether there was no login, so that nothing can have begun: sshd turns away some of many that knock at a time.
# Takes: code, log. Fails: there may have been one.
was_turned_away() {
  [ "$code" = 255 ] || return 1
  if said '^Authenticated to ' "$log" || grep -v 'session request failed' "$log" | grep -q mux_client; then return 1; fi
  said 'kex_exchange_identification|Connection (closed|reset|refused|timed out)|banner exchange' "$log"
}

take_parts
command -v ssh >/dev/null || fail "there is no ssh on PATH of $(uname -n), which deploys to $where (transport: \"ssh\"): install OpenSSH's client; nothing was done"
find_folder

set -- "$host"
while IFS= read -r _option; do
  [ -z "$_option" ] || set -- -o "$_option" "$@"
done <<EOF
$options
EOF
# A key that this machine lacks leaves the choice to ssh: another operator's may be elsewhere.
if [ -n "$identity" ] && { [ -e "$identity" ] || [ -e "$identity.pub" ]; }; then
  set -- -o "IdentityFile=\"$(say "$identity" | sed 's/%/%%/g')\"" -o IdentitiesOnly=yes "$@"
fi
# A digest so short may be another host's too, whose connection must not be taken.
_way=$(printf '%s\n' "$config" "$options" "$identity" "$known" "$jump" "$jump_known" "$host")
base=$folder/$(digest "$_way")
while [ -e "$base.way" ] && [ "$(cat "$base.way")" != "$_way" ]; do base=${base}x; done
[ -e "$base.way" ] || put "$base.way" "$_way"
socket=$base.socket
[ "$shared" = yes ] || socket=none
if [ ! -e "$base.more" ]; then
  _more=$(more_options "$@") || {
    say "$_more"
    exit 1
  }
  put "$base.more" "$_more"
fi
while IFS= read -r _option; do
  [ -z "$_option" ] || set -- -o "$_option" "$@"
done <"$base.more"
if [ -n "$known" ]; then
  [ -e "$base.known" ] || put "$base.known" "$known"
  set -- -o "UserKnownHostsFile=$base.known" -o GlobalKnownHostsFile=/dev/null -o VerifyHostKeyDNS=no "$@"
fi
# A jump host with pinned keys: ssh's own ProxyJump would pass no option on.
if [ -n "$jump_known" ]; then
  [ -e "$base.jump" ] || put "$base.jump" "$jump_known"
  case $jump in ssh://*) ;; *) jump=ssh://$jump ;; esac
  _over="ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o UserKnownHostsFile=$base.jump -o GlobalKnownHostsFile=/dev/null"
  _over="$_over -o VerifyHostKeyDNS=no -o ControlMaster=no -o ControlPath=none -o ClearAllForwardings=no"
  [ -z "$config" ] || _over="$_over -F '$(say "$config" | sed "s/'/'\\\\''/g; s/%/%%/g")'"
  SHELL=/bin/sh # which runs it
  export SHELL
  set -- -o "ProxyCommand=$_over -W [%h]:%p -- $jump" "$@"
fi
[ -z "$config" ] || set -- -F "$config" "$@"
set -- -T -o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o ControlMaster=no -o ClearAllForwardings=yes \
  -o ForwardAgent=no -o ForwardX11=no -o Tunnel=no -o RemoteCommand=none -o RequestTTY=no -o PermitLocalCommand=no \
  -o AddKeysToAgent=no -o VisualHostKey=no -o LogLevel=VERBOSE -o ConnectTimeout=15 -o ServerAliveInterval=15 \
  -o ServerAliveCountMax=8 "$@"
[ "$shared" = no ] || share "$@" # sets log, socket

receive="# cdktf-nixos
size=$size
$receive"
# In single quotes, and without a sign that any login shell would read in them.
command="sh -c 'PATH=\$PATH:/run/current-system/sw/bin; receive=\$(head -c $((${#receive} + 1))); case \$receive in \"# cdktf-nixos\"*) eval \"\$receive\" ;; *) echo \"ERROR: a start-up file of the login shell read what was meant for the program: it must not read its input; nothing was done\"; exit 1 ;; esac'"

_begun=$(date +%s)
session "$@" # sets log, code
while was_turned_away && [ $(($(date +%s) - _begun)) -lt "$patience" ]; do
  sleep 1
  session "$@" # sets log, code
done
if said 'Control socket connect' "$log"; then rm -f "$socket"; fi # left by one that was killed: the next run opens a new one
if [ "$code" = 255 ]; then
  if [ "$socket" = none ] && ! said '^Authenticated to ' "$log"; then
    no_connection "$log"
    exit 1
  fi
  say "ERROR: the connection to $where was lost: what had begun there goes on unless the host went down, and a new plan shows how it ended"
  words "$log" "$base.log"
fi
rm -f "$log"
exit "$code"
