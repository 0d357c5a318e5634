# shellcheck shell=sh
# The options of systemd-nspawn 257, as EXTRA_NSPAWN_FLAGS gives them: which there are, and what it says of those that it does not take.
# Sourced after conf.sh.
# shellcheck disable=SC2034,SC2154 # shared with container-start.sh, nspawn-mounts.sh and host.sh

long_with=' directory template user uuid capability ambient-capability drop-capability no-new-privileges link-journal bind bind-ro tmpfs overlay overlay-ro inaccessible machine hostname slice setenv selinux-context selinux-apifs-context register network-interface network-macvlan network-ipvlan network-veth-extra network-bridge network-zone network-namespace-path personality image port property private-users-ownership kill-signal settings chdir pivot-root notify-ready root-hash root-hash-sig verity-data system-call-filter rlimit oom-score-adjust cpu-affinity resolv-conf timezone console oci-bundle set-credential load-credential bind-user suppress-sync image-policy background '
long_maybe=' volatile private-users private-users-chown '
long_without=' help version ephemeral private-network as-pid2 boot read-only quiet share-system keep-unit network-veth pipe no-pager cleanup '

# The order is the kernel's: a capability's place is its bit.
capabilities=' CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE '
all_capabilities=$(((1 << 41) - 1))

# Groups of system calls; an unknown one is a word in the journal.
call_groups=' aio basic-io chown clock cpu-emulation debug default file-system io-event ipc keyring known memlock module mount network-io obsolete pkey privileged process raw-io reboot resources sandbox setuid signal swap sync system-service timer '

# Sets `option` to the long option that a word means, whole or cut short, and `takes` to with, maybe or without.
find_option() {
  option='' takes='' fitting=''
  for candidate in $long_with $long_maybe $long_without; do
    case $candidate in
      "$1") option=$1 && break ;;
      "$1"*) fitting="$fitting '--$candidate'" option=$candidate ;;
    esac
  done
  case $option in
    '') refuse "systemd-nspawn: unrecognized option '--$1'" || return ;;
    "$1") ;;
    *) case $fitting in *"' '"*) refuse "systemd-nspawn: option '--$1' is ambiguous; possibilities:$fitting" || return ;; esac ;;
  esac
  case $long_with in *" $option "*) takes=with && return ;; esac
  case $long_maybe in *" $option "*) takes=maybe ;; *) takes=without ;; esac
}

# Sets `bits` to a list of capabilities as a number.
read_capabilities() {
  bits=0
  old_ifs=$IFS
  IFS=,$blanks
  # shellcheck disable=SC2086 # split at the commas
  set -- $1
  IFS=$old_ifs
  for capability; do
    [ "$capability" != all ] || { bits=$all_capabilities && continue; }
    case $capability in *[a-z]*) named=$(printf %s "$capability" | tr '[:lower:]' '[:upper:]') ;; *) named=$capability ;; esac
    case $named in CAP_?*) ;; *) refuse "Failed to parse capability $capability." || return ;; esac
    case $capabilities in *" ${named#CAP_} "*) ;; *) refuse "Failed to parse capability $capability." || return ;; esac
    bit=0
    for candidate in $capabilities; do
      [ "CAP_$candidate" != "$named" ] || bits=$((bits | (1 << bit)))
      bit=$((bit + 1))
    done
  done
}

is_one_of() {
  case $1 in *' '* | '') return 1 ;; esac
  case " $2 " in *" $1 "*) ;; *) return 1 ;; esac
}

is_boolean() { is_one_of "$1" 'yes no true false on off y n t f 1 0'; }

# take_option OPTION VALUE: what one option asks for.
take_option() {
  case $1 in
    capability) read_capabilities "$2" && kept_bits=$((kept_bits | bits)) ;;
    drop-capability) read_capabilities "$2" && dropped_bits=$((dropped_bits | bits)) ;;
    ambient-capability) read_capabilities "$2" ;;
    bind) binds="$binds${nl}rw $2" ;;
    bind-ro) binds="$binds${nl}ro $2" ;;
    tmpfs) tmpfs="$tmpfs$nl$2" ;;
    load-credential | set-credential) credentials="$credentials$nl${1%%-*} $2" ;;
    network-veth-extra) extra_veths="$extra_veths $2" private=yes ;;
    private-network) private=yes ;;
    network-veth) veth=yes private=yes ;;
    network-bridge) HOST_BRIDGE=$2 private=yes ;;
    network-interface) INTERFACES="$INTERFACES $2" private=yes ;;
    network-macvlan) MACVLANS="$MACVLANS $2" private=yes ;;
    network-ipvlan | network-zone) private=yes ;;
    network-namespace-path) NETWORK_NAMESPACE_PATH=$2 private=yes ;;
    port) HOST_PORT="$HOST_PORT${HOST_PORT:+,}$2" ;;
    private-users) PRIVATE_USERS=${2:-yes} ;;
    private-users-ownership)
      is_one_of "$2" 'off chown map auto' || refuse "Failed to parse --private-users-ownership= argument: $2" || return
      ownership=$2
      ;;
    system-call-filter)
      [ -n "$2" ] || refuse 'Empty system call filter.' || return
      group=${2#\~}
      case $group in
        @*)
          is_one_of "${group#@}" "$call_groups" ||
            journal "$unit" "$invocation" "Failed to add rule for system call $group, ignoring: No such file or directory"
          ;;
      esac
      filters=$((filters + 1))
      ;;
    volatile) [ -z "$2" ] || is_boolean "$2" || is_one_of "$2" 'state overlay' || refuse "Failed to parse --volatile= argument: $2" ;;
    link-journal)
      is_one_of "$2" 'no yes auto guest host try-guest try-host' || refuse "Failed to parse link journal mode $2"
      ;;
    resolv-conf)
      is_one_of "$2" 'off auto copy-host copy-static copy-uplink copy-stub bind-host bind-static bind-uplink bind-stub delete replace-host replace-static replace-uplink replace-stub' ||
        refuse "Failed to parse /etc/resolv.conf mode: $2"
      ;;
    timezone) is_one_of "$2" 'off copy bind symlink delete auto' || refuse "Failed to parse /etc/localtime mode: $2" ;;
    no-new-privileges | register | notify-ready | suppress-sync) is_boolean "$2" || refuse "Failed to parse --$1= argument: $2" ;;
    oom-score-adjust)
      case ${2#-} in '' | *[!0-9]*) refuse "Failed to parse --oom-score-adjust= value '$2'" || return ;; esac
      if [ "$2" -lt -1000 ] || [ "$2" -gt 1000 ]; then refuse "Failed to parse --oom-score-adjust= value '$2'"; fi
      ;;
    rlimit) case $2 in [A-Z]*=?*) ;; *) refuse "Failed to parse resource limit: $2" ;; esac ;;
    help | version) refuse "systemd-nspawn has printed its $1 and is done." ;;
  esac
}

# take_short LETTERS: a word of short options; sets `expecting` when the last one's argument is the next word.
take_short() {
  letters=${1#-}
  while [ -n "$letters" ]; do
    letter=${letters%"${letters#?}"} letters=${letters#?}
    case $letter in
      [DuMSZLipE])
        case $letter in p) option=port ;; *) option=directory ;; esac
        if [ -n "$letters" ]; then take_option "$option" "$letters" || return; else expecting=$option; fi
        letters=''
        ;;
      n) take_option network-veth '' ;;
      U) PRIVATE_USERS=pick ownership=auto ;;
      h) take_option help '' || return ;;
      [abjqxP]) ;;
      *) refuse "systemd-nspawn: invalid option -- '$letter'" || return ;;
    esac
  done
}

# Reads EXTRA_NSPAWN_FLAGS, over what the conf's other lines ask for.
read_flags() {
  binds='' tmpfs='' credentials='' extra_veths='' ownership='' filters=1 kept_bits=0 dropped_bits=0 expecting=''
  for word in $EXTRA_NSPAWN_FLAGS; do
    if [ -n "$expecting" ]; then
      take_option "$expecting" "$word" || return
      expecting=''
      continue
    fi
    case $word in
      --?*=*)
        option=${word%%=*}
        find_option "${option#--}" || return
        [ "$takes" != without ] || refuse "systemd-nspawn: option '--$option' doesn't allow an argument" || return
        take_option "$option" "${word#*=}" || return
        ;;
      --?*)
        find_option "${word#--}" || return
        if [ "$takes" = with ]; then expecting=$option; else take_option "$option" '' || return; fi
        ;;
      --) ;;
      -?*) take_short "$word" || return ;;
      # The first word that is no option is the program, in place of the container's init.
      *) refuse "execv($word) failed: No such file or directory" || return ;;
    esac
  done
  [ -z "$expecting" ] || refuse "systemd-nspawn: option '--$expecting' requires an argument"
}
