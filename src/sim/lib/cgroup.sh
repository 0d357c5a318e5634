# shellcheck shell=sh
# What the kernel holds a running container to: files below /sys/fs/cgroup, as the kernel words them. A daemon-reload does not reach them.
# shellcheck disable=SC2034,SC2154 # variables come from unit.sh and host.sh

# Sets `cgroup` to the path of a unit in a slice, which lies in the slices that its name begins with.
find_cgroup() {
  cgroup='' rest=${2%.slice} prefix=''
  case $rest in
    - | '') ;;
    *)
      while [ -n "$rest" ]; do
        prefix=$prefix${prefix:+-}${rest%%-*}
        case $rest in *-*) rest=${rest#*-} ;; *) rest='' ;; esac
        cgroup=$cgroup/$prefix.slice
      done
      ;;
  esac
  cgroup=$cgroup/$1
}

# write_limit FILE VALUE: infinity is "max" to the kernel.
write_limit() {
  case $2 in infinity) limit_value=max ;; *) limit_value=$2 ;; esac
  printf '%s\n' "$limit_value" >"$host/sys/fs/cgroup$cgroup/$1"
}

# write_cgroup UNIT: brings what its settings say to the kernel; `cgroup` is the unit's.
write_cgroup() {
  load_settings "$1"
  [ -d "$host/sys/fs/cgroup$cgroup" ] || mkdir -p "$host/sys/fs/cgroup$cgroup"
  write_limit memory.min "$l_MemoryMin"
  write_limit memory.low "$l_MemoryLow"
  write_limit memory.high "$l_MemoryHigh"
  write_limit memory.max "$l_MemoryMax"
  write_limit memory.swap.max "$l_MemorySwapMax"
  write_limit pids.max "$l_TasksMax"
  write_limit cpu.max "$l_cpu_max"
  case $l_CPUWeight in '[not set]') write_limit cpu.weight 100 ;; *) write_limit cpu.weight "$l_CPUWeight" ;; esac
  case $l_IOWeight in '[not set]') write_limit io.weight 'default 100' ;; *) write_limit io.weight "default $l_IOWeight" ;; esac
  # The kernel has these as programs, which no file shows.
  write_limit embedded-host.devices "$l_DeviceAllow"
  write_limit embedded-host.addresses "$l_IPAddressAllow/$l_IPAddressDeny"
}

# When a unit starts in a slice, systemd looks at all of the slice's units: what only a daemon-reload has read reaches them then.
write_siblings() {
  slice=${cgroup%/*}
  for file in "$host/sys/fs/cgroup$slice"/container@*; do
    [ -d "$file" ] || continue
    cgroup=$slice/${file##*/}
    write_cgroup "${file##*/}"
  done
}
