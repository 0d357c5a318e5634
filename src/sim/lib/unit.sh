# shellcheck shell=sh
# The state of units: one file a unit, sh assignments, written whole. Sourced after host.sh.
# shellcheck disable=SC2034,SC2154 # the variables are read by those who source this file, or come from host.sh

units=$state/units

# Sets `unit` to a full unit name, as systemctl completes what it is given.
name_unit() {
  case $1 in
    *.service | *.target | *.slice | *.socket | *.timer | *.mount | *.device | *.path | *.scope | *.swap | *.automount) unit=$1 ;;
    *) unit=$1.service ;;
  esac
}

# Sets `instance` to NAME of container@NAME.service, to nothing for any other unit.
name_instance() {
  instance=
  case $1 in
    container@?*.service)
      instance=${1#container@}
      instance=${instance%.service}
      ;;
  esac
}

# Reads a unit's state into variables; a unit without a file has never run.
read_unit() {
  active=inactive sub=dead since='' entered='' invocation='' main_pid=0 leader='' result=success job=0 restarts=0 starts='' system=''
  condition=no assertion=no cgroup='' root=''
  # shellcheck source=/dev/null
  [ ! -r "$units/$1" ] || . "$units/$1"
}

write_unit() {
  printf "%s='%s'\n" active "$active" sub "$sub" since "$since" entered "$entered" invocation "$invocation" main_pid "$main_pid" \
    leader "$leader" result "$result" job "$job" restarts "$restarts" starts "$starts" system "$system" \
    condition "$condition" assertion "$assertion" cgroup "$cgroup" root "$root" >"$units/.$1.$$"
  mv "$units/.$1.$$" "$units/$1"
}

# Sets `invocation` to 32 hexadecimal digits.
new_invocation() {
  read -r invocation </proc/sys/kernel/random/uuid
  left=${invocation%%-*} rest=${invocation#*-}
  while [ "$rest" != "${rest#*-}" ]; do
    left=$left${rest%%-*} rest=${rest#*-}
  done
  invocation=$left$rest
}

# journal UNIT INVOCATION MESSAGE: the only place where the reason of a failure can be read. Stamped with the last `clock`.
journal() {
  message=$3
  while :; do
    printf '%s %s %s %s\n' "$now" "$1" "${2:--}" "${message%%"$nl"*}" >>"$host/var/log/journal/system"
    case $message in *"$nl"*) message=${message#*"$nl"} ;; *) return 0 ;; esac
  done
}

# The properties of a container@ unit that have a place of their own in what systemctl shows, and what they are without a drop-in.
placed_service='Restart RestartUSec TimeoutStartUSec TimeoutStopUSec RuntimeMaxUSec'
placed_resources='Slice CPUWeight StartupCPUWeight CPUQuotaPerSecUSec CPUQuotaPeriodUSec AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes IOWeight StartupIOWeight MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryZSwapMax DevicePolicy DeviceAllow TasksMax IPAddressAllow IPAddressDeny'
placed_exec='Environment LimitNOFILE LimitNOFILESoft OOMScoreAdjust Nice LoadCredential RuntimeDirectory KillMode'
placed_unit='Wants Requires BindsTo PartOf After RequiresMountsFor DropInPaths'
placed="$placed_service $placed_resources $placed_exec $placed_unit ExecStartPre ExecStartPost ExecStopPost EnvironmentFile"

# Sets the variables l_… to what the unit's drop-ins say as of the last daemon-reload, over the defaults.
load_settings() {
  l_Restart=on-failure l_RestartUSec=100ms l_TimeoutStartUSec=1min l_TimeoutStopUSec='1min 30s' l_RuntimeMaxUSec=infinity
  l_Slice=machine.slice l_CPUWeight='[not set]' l_StartupCPUWeight='[not set]' l_CPUQuotaPerSecUSec=infinity l_CPUQuotaPeriodUSec=infinity
  l_AllowedCPUs='' l_StartupAllowedCPUs='' l_AllowedMemoryNodes='' l_StartupAllowedMemoryNodes='' l_IOWeight='[not set]' l_StartupIOWeight='[not set]'
  l_MemoryMin=0 l_MemoryLow=0 l_MemoryHigh=infinity l_MemoryMax=infinity l_MemorySwapMax=infinity l_MemoryZSwapMax=infinity
  l_DevicePolicy=closed l_DeviceAllow='' l_TasksMax=28909 l_IPAddressAllow='' l_IPAddressDeny='' l_Environment='' l_EnvironmentFile=''
  l_LimitNOFILE=524288 l_LimitNOFILESoft=1024 l_OOMScoreAdjust=0 l_Nice=0 l_LoadCredential='' l_RuntimeDirectory='' l_KillMode=mixed
  l_Wants='' l_Requires='' l_BindsTo='' l_PartOf='' l_After='' l_RequiresMountsFor='' l_DropInPaths=''
  l_ExecStartPre='' l_ExecStartPost='' l_ExecStopPost='' l_run_ExecStartPre='' l_run_ExecStartPost=''
  l_start_seconds=60 l_stop_seconds=90 l_cpu_max='max 100000' l_conditions='' l_conf='' l_other='' l_run_Environment='' l_restart_seconds=''
  # shellcheck source=/dev/null
  [ ! -r "$state/loaded/$1" ] || . "$state/loaded/$1"
}

# Sets `its_state` to a unit's ActiveState, without a word on the unit at hand.
state_of() {
  its_state=inactive
  [ -r "$units/$1" ] || return 0
  read -r its_state <"$units/$1"
  its_state=${its_state#active=\'}
  its_state=${its_state%\'}
}
