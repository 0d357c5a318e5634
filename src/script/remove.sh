# shellcheck shell=sh
# Removing a container, as its journal's policy says. Each step can be cut off and run again.

protected() {
  value_of protect "$ours/containers/$1/journal"
  [ "$value" = yes ]
}

# Removes one container. $remove_owner must own it; $2, when given, is the digest the plan was computed from.
remove_container() {
  dir=$ours/containers/$1
  find_owner "$1"
  if [ -z "$owner" ]; then
    say "$1: is gone already"
    return 0
  fi
  if [ "$owner" != "$remove_owner" ]; then
    say "$1: ERROR: belongs to $owner now; left alone"
    return 1
  fi
  value_of action "$dir/intent"
  if [ -n "${2-}" ] && [ "$value" != remove ] && [ "$(digest_of "$1")" != "$2" ] && [ "$(cat "$dir/yielded" 2>/dev/null)" != "$2" ]; then
    say "$1: ERROR: changed since the plan; left alone. Run the plan again and look at it"
    return 1
  fi
  if protected "$1"; then
    say "$1: ERROR: is protected; left alone. Deploy it with protect: false first"
    return 1
  fi
  value_of removal "$dir/journal"
  removal=${value:-archive}
  # What was never wholly adopted stays whose it was.
  value_of action "$dir/intent"
  if [ "$value" = adopt ] && [ ! -e "$dir/journal" ]; then removal=retain; fi
  value_of archive "$dir/intent"
  archive=${value:-$statedir/.archive/$1-$(date -u +%Y%m%dT%H%M%SZ)}
  if [ "$removal" = archive ] && mountpoint -q "$statedir/$1"; then
    say "$1: ERROR: $statedir/$1 is a mount point and cannot be moved into the archive; left alone. Deploy it with removalPolicy \"retain\" or \"destroy\" first"
    return 1
  fi
  put_root_back "$1" || {
    say "$1: ERROR: its data waits in ${statedir#"$r"}/.kept-$1 and cannot be moved back; left alone"
    return 1
  }
  if [ "$removal" = retain ]; then
    if [ -f "$confdir/$1.conf" ] && [ ! -L "$confdir/$1.conf" ]; then
      cp -p "$confdir/$1.conf" "$confdir/$1.conf.new"
      sed '/^CDKTF_NIXOS_OWNER=/d' "$confdir/$1.conf" >"$confdir/$1.conf.new"
      touch -r "$confdir/$1.conf" "$confdir/$1.conf.new"
      mv -f "$confdir/$1.conf.new" "$confdir/$1.conf"
    fi
    rm -rf "$dir/journal" "$dir/intent" "$dir/before" "${gcroots:?}/$1"
    say "$1: retained: left as it is, and managed by nobody from now on"
    return 0
  fi
  mkdir -p "$dir"
  printf 'version=1\nowner=%s\naction=remove\narchive=%s\n' "$owner" "$archive" | write_file "$dir/intent" || {
    say "$1: ERROR: nothing can be written (is the disk full?); left alone"
    return 1
  }
  boot_and_timeout "$1" no '' yes
  if [ -L "$confdir/$1.conf" ]; then
    rm -rf "$dir"
    say "$1: is declared by the host's own configuration now; left alone"
    return 0
  fi
  if is_up "$1" || [ "$active" != inactive ]; then
    stop_container "$1" || {
      say "$1: ERROR: does not stop (its unit is $active); left alone"
      return 1
    }
  fi
  if [ "$removal" = archive ]; then
    mkdir -p "$archive"
    if [ -d "$statedir/$1" ]; then mv -T "$statedir/$1" "$archive/root" || return 1; fi
    for part in "$confdir/$1.conf" "$dir/journal" "$dir"/modules-*; do
      [ ! -e "$part" ] || cp -Rp "$part" "$archive/" || {
        say "$1: ERROR: the archive could not be written (is the disk full?); deploy again, which goes on with the removal"
        return 1
      }
    done
    sync "$archive" 2>/dev/null || :
  fi
  forget_container "$1" || {
    say "$1: ERROR: nixos-container destroy left $confdir/$1.conf or $statedir/$1 behind"
    return 1
  }
  rm -rf "${gcroots:?}/$1" "$dir"
  if [ "$removal" = archive ]; then say "$1: stopped and archived in ${archive#"$r"}"; else say "$1: stopped and destroyed with its data"; fi
}
