# shellcheck shell=sh
# What systemd-nspawn mounts and copies into a container: binds, tmpfs, credentials; and whose its users are. Sourced after nspawn-flags.sh.
# shellcheck disable=SC2034,SC2154 # shared with container-start.sh and host.sh

# Sets `field` to what stands before the first colon that no backslash escapes, and `left` to what follows it.
split_field() {
  field='' left=$1
  while :; do
    case $left in
      *:*) ;;
      *)
        field=$field$left left=''
        return 0
        ;;
    esac
    head=${left%%:*} left=${left#*:}
    case $head in
      *\\) field=$field${head%\\}: ;;
      *)
        field=$field$head
        return 0
        ;;
    esac
  done
}

# Sets `kind` to the file system that a path of the host lies on, as /proc/self/mountinfo tells.
find_kind() {
  kind='' longest=''
  while read -r _ _ _ _ point rest; do
    case ${1%/}/ in "${point%/}"/*) ;; *) continue ;; esac
    [ "${#point}" -ge "${#longest}" ] || continue
    longest=$point kind=${rest#* - }
    kind=${kind%% *}
  done <"$host/proc/self/mountinfo"
}

# A line of /proc/LEADER/mountinfo: mount_line WHERE KIND SOURCE [OPTIONS [SUPEROPTIONS]].
mount_line() {
  mountinfo="$mountinfo${nl}36 25 8:1 $3 $1 ${4:-rw,relatime} - $2 $3 ${5:-rw}"
}

check_binds() {
  while IFS=' ' read -r mode spec; do
    [ -n "$spec" ] || continue
    split_field "$spec"
    source=$field
    split_field "$left"
    destination=$field options=$left mapped=''
    case ${source#+} in '' | /*) ;; *) refuse "Failed to parse --bind(-ro)= argument $spec: Invalid argument" || return ;; esac
    [ -n "$destination" ] || destination=${source#+}
    case $destination in /*) ;; *) refuse "Failed to parse --bind(-ro)= argument $spec: Invalid argument" || return ;; esac
    old_ifs=$IFS
    IFS=,
    for option in $options; do
      case $option in
        idmap | rootidmap | owneridmap) mapped=,idmapped ;;
        noidmap) mapped='' ;;
        rbind | norbind) ;;
        *) IFS=$old_ifs && refuse "Invalid bind mount option '$option'" || return ;;
      esac
    done
    IFS=$old_ifs
    case $source in
      '') source=/run/host/empty ;;
      *)
        case $source in
          +*) path=$root/${source#+} ;;
          *) to_real "$source" ;;
        esac
        [ -e "$path" ] || refuse "Failed to stat $source: No such file or directory" || return
        ;;
    esac
    if [ -n "$mapped" ]; then
      find_kind "$source"
      case $users$kind in
        '' | 0* | *overlay | *ramfs) refuse "Failed to map ids for bind mount $destination: Invalid argument" || return ;;
      esac
    fi
    mount_line "$destination" ext4 "$source" "$mode,relatime$mapped"
  done <<EOF
$binds
EOF
}

check_tmpfs() {
  while IFS= read -r spec; do
    [ -n "$spec" ] || continue
    split_field "$spec"
    case $field in /*) ;; *) refuse "Failed to parse --tmpfs= argument $spec: Invalid argument" || return ;; esac
    old_ifs=$IFS
    IFS=,
    for option in $left; do
      case $option in
        size=*[!0-9kKmMgG%]* | mode=*[!0-7]* | size= | mode=) ;;
        size=[0-9]* | mode=[0-7]* | nr_blocks=[0-9]* | nr_inodes=[0-9]* | uid=[0-9]* | gid=[0-9]* | huge=?* | mpol=?*) continue ;;
        ro | rw | nosuid | suid | nodev | dev | noexec | exec | noatime | relatime | strictatime | inode64 | inode32 | noswap) continue ;;
      esac
      IFS=$old_ifs
      refuse "Failed to mount tmpfs (type tmpfs) on $root$field (MS_NOSUID|MS_NODEV|MS_STRICTATIME \"$left\"): Invalid argument" || return
    done
    IFS=$old_ifs
    mount_line "$field" tmpfs tmpfs rw,nosuid,nodev "rw${left:+,$left}"
  done <<EOF
$tmpfs
EOF
}

# What --load-credential= and --set-credential= pass on: fails as systemd-nspawn does, which reads them before anything else.
check_credentials() {
  given=' '
  while IFS=' ' read -r how spec; do
    [ -n "$spec" ] || continue
    id=${spec%%:*}
    case $id in '' | . | .. | */*) refuse "Credential name is not valid: $id" || return ;; esac
    case $given in *" $id "*) refuse "Duplicate credential '$id', refusing." || return ;; esac
    given="$given$id "
    [ "$how" = load ] || continue
    find_credential "$spec"
    [ -e "$path" ] || refuse "Failed to read credential '${spec#*:}': No such file or directory" || return
    [ ! -d "$path" ] || refuse "Failed to read credential '${spec#*:}': Is a directory" || return
  done <<EOF
$credentials
EOF
}

# Sets `path` to where a credential's value lies; a name that is no path is one of the unit's own credentials.
find_credential() {
  case ${1#*:} in
    /*) to_real "${1#*:}" ;;
    *)
      path=$host/nonexistent
      for word in $l_LoadCredential; do
        [ "${word%%:*}" != "${1#*:}" ] || to_real "${word#*:}"
      done
      ;;
  esac
}

# The unit's own credentials: systemd reads them before it starts anything.
check_unit_credentials() {
  for word in $l_LoadCredential; do
    to_real "${word#*:}"
    [ ! -f "$path" ] || continue
    exited=243/CREDENTIALS
    refuse "$unit: Failed to set up credentials: No such file or directory" || return
  done
}

# Puts them where programs inside find them; `inner` is the root of the container's first process.
place_credentials() {
  [ -n "$credentials" ] || return 0
  mkdir -p "$inner/run/host/credentials"
  while IFS=' ' read -r how spec; do
    [ -n "$spec" ] || continue
    placed=$inner/run/host/credentials/${spec%%:*}
    if [ "$how" = load ]; then
      find_credential "$spec"
      cat "$path" >"$placed"
    else
      printf %s "${spec#*:}" >"$placed"
    fi
    chmod 0400 "$placed"
  done <<EOF
$credentials
EOF
}

# Sets `users` to the first of the host's 65536 user ids that the container has as its own, nothing when it has the host's.
check_users() {
  users='' range=65536
  case $PRIVATE_USERS in
    '' | no | n | false | f | off) return 0 ;;
    identity) users=0 ;;
    yes | y | true | t | on | pick)
      users=$(printf %s "$instance" | cksum)
      users=$(((${users%% *} % 20000 + 8) * 65536))
      [ -n "$ownership" ] || ownership=auto
      ;;
    *)
      users=${PRIVATE_USERS%%:*}
      case $PRIVATE_USERS in *:*) range=${PRIVATE_USERS#*:} ;; esac
      case $users$range in *[!0-9]*) refuse "Failed to parse UID: $PRIVATE_USERS" || return ;; esac
      case $users in '' | 65535 | 4294967295 | ???????????*) refuse "Failed to parse UID: $PRIVATE_USERS" || return ;; esac
      [ "$((users + 0))" -lt 4294967295 ] && [ -n "$range" ] || refuse "Failed to parse UID: $PRIVATE_USERS" || return
      ;;
  esac
  [ -z "$NETWORK_NAMESPACE_PATH" ] || refuse 'Failed to join network namespace: Operation not permitted' || return
  if [ "$ownership" = chown ] && [ $((users % 65536)) != 0 ]; then
    refuse 'Automatic UID/GID adjusting is only supported for UID/GID ranges starting at multiples of 2^16 with a range of 2^16.' || return
  fi
  if [ "$users" != 0 ] && [ -n "$private" ] && ! may_make_tun; then
    refuse "Failed to mknod($root/dev/net/tun): Operation not permitted" || return
  fi
  [ "$ownership" != chown ] || keep_owner "$root" "$users"
}

# systemd-nspawn makes a tun device of its own, if the unit's devices let it.
may_make_tun() {
  case $l_DevicePolicy in auto) [ -n "$l_DeviceAllow" ] || return 0 ;; esac
  while read -r node rights; do
    case $node in /dev/net/tun | char-misc | 'char-*') ;; *) continue ;; esac
    case $rights in *m*) return 0 ;; esac
  done <<EOF
$l_DeviceAllow
EOF
  return 1
}

# keep_owner DIRECTORY UID: whose the tree is, which stat tells; files here belong to whoever runs the host.
keep_owner() {
  if [ "$2" = 0 ]; then rm -f "$1/.embedded-host-owner"; else printf '%s\n' "$2" >"$1/.embedded-host-owner"; fi
}
