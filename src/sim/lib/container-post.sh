# shellcheck shell=sh
# What drop-ins have run before and after the container's own scripts: `mkdir -p` and ip are done, all else succeeds. Sourced after container-network.sh.
# shellcheck disable=SC2034,SC2154 # shared with unit-job.sh, container-network.sh and host.sh

# Directories that ExecStartPre= makes in time for a bind.
run_pre() {
  while IFS= read -r line; do
    case $line in *mkdir' -p '*) ;; *) continue ;; esac
    for word in ${line#*mkdir -p }; do
      case $word in /*) mkdir -p "$host$word" ;; esac
    done
  done <<EOF
$l_run_ExecStartPre
EOF
}

# What ExecStartPost= does once the container is up; one that fails stops it again, unless its line begins with a hyphen.
run_post() {
  while IFS= read -r line; do
    case $line in *'/ip '* | *' ip '* | ip' '*) ;; *) continue ;; esac
    case $line in
      *' ip '*) words=${line#* ip } ;;
      *) words=${line#*ip } ;;
    esac
    # shellcheck disable=SC2086 # words apart
    run_ip $words || case $line in -*) ;; *) return 1 ;; esac
  done <<EOF
$l_run_ExecStartPost
EOF
}

# Sets `link` to the interface of this name or altname; fails as ip does.
find_link() {
  link=$1
  [ ! -d "$net/$1" ] || return 0
  for file in "$net"/*/altname; do
    [ -r "$file" ] || continue
    read -r altname <"$file"
    [ "$altname" = "$1" ] || continue
    link=${file%/altname}
    link=${link##*/}
    return 0
  done
  refuse "Cannot find device \"$1\""
}

# run_ip OBJECT VERB WORD...: what ip would change.
run_ip() {
  while :; do case ${1-} in -*) shift ;; *) break ;; esac; done
  case ${1-} in
    a | addr | address) object='addr' ;;
    l | link) object='link' ;;
    r | route) object='route' ;;
    *) return 0 ;;
  esac
  ip_verb=${2-} device='' address='' master='' setting=''
  [ $# -lt 2 ] || shift 2
  while [ $# -gt 0 ]; do
    case $1 in
      dev) device=${2-} ;;
      master) master=${2-} ;;
      up | down) setting=$1 ;;
      via | src | metric | mtu | address | name | type | proto | scope | table | broadcast | brd | label) ;;
      *) if [ "$object" = link ]; then device=$1; else address=${address:-$1}; fi && shift && continue ;;
    esac
    case $1 in up | down) ;; *) [ $# -lt 2 ] || shift ;; esac
    shift
  done
  [ -n "$device" ] || return 0
  find_link "$device" || return
  device=$link
  case $object,$ip_verb in
    addr,add | addr,replace)
      is_ipv4 "${address%%/*}" || is_ipv6 "${address%%/*}" || refuse "Error: any valid prefix is expected rather than \"$address\"." || return
      ! grep -q -s -x -F "$address" "$net/$device/addresses" || [ "$ip_verb" = replace ] || refuse 'RTNETLINK answers: File exists' || return
      printf '%s\n' "$address" >>"$net/$device/addresses"
      ;;
    link,set)
      if [ -n "$master" ]; then
        find_link "$master" || refuse 'Error: argument "'"$master"'" is wrong: Device does not exist' || return
        [ -d "$net/$link/bridge" ] || refuse 'Error: Device does not allow enslaving to it.' || return
        printf '%s\n' "$link" >"$net/$device/master"
      fi
      [ -z "$setting" ] || printf '%s\n' "$setting" >"$net/$device/operstate"
      ;;
    route,add | route,replace)
      operstate=up
      [ ! -r "$net/$device/operstate" ] || read -r operstate <"$net/$device/operstate"
      [ "$operstate" = up ] || refuse 'RTNETLINK answers: Network is down' || return
      printf '%s\n' "$address" >>"$net/$device/routes"
      ;;
  esac
}
