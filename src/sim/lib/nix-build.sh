# shellcheck shell=sh
# What a build is here: evaluate by scan_nix, then a directory in the store whose name is a hash of everything that went in.
# Sourced after host.sh and nix-text.sh.
# shellcheck disable=SC2034,SC2154 # shared with nix-env, nix and host.sh

# Sets `found` to where <NAME/REST> lies, as the search path says; -I entries, newline-separated in `includes`, come first.
find_file() {
  wanted_name=${1%%/*} wanted_rest=${1#"$wanted_name"} found=
  old_ifs=$IFS
  IFS=:$nl
  for entry in ${includes-} ${NIX_PATH-}; do
    case $entry in
      "$wanted_name=flake" | "$wanted_name=flake:"*) found=$host$SYSTEM_NIXPKGS$wanted_rest ;;
      "$wanted_name="*) to_real "${entry#*=}" && found=$path$wanted_rest ;;
      *=*) continue ;;
      *) to_real "$entry/$wanted_name" && found=$path$wanted_rest ;;
    esac
    [ ! -e "$found" ] || break
    found=
  done
  IFS=$old_ifs
  [ -n "$found" ]
}

# Sets `release` to the version a nixpkgs tree gives what it builds.
read_release() {
  read -r release <"$1/.version"
  suffix=pre-git
  [ ! -r "$1/.version-suffix" ] || read -r suffix <"$1/.version-suffix"
  release=$release$suffix
}

# Sets `hostname` to the name the generated module gives its host; any other module leaves NixOS's own default.
read_hostname() {
  hostname=nixos
  while IFS= read -r line; do
    case $line in
      '  networking.hostName = lib.mkDefault "'*'";')
        line=${line%'";'}
        hostname=${line##*'"'}
        ;;
    esac
  done <"$1"
}

# Whether a module sets a host name that goes before the generated default.
sets_hostname() {
  printf '%s\n' "$scan" | sed -n 's/^file //p' | xargs -d '\n' grep -h 'networking\.hostName *=' | grep -q -v mkDefault
}

# hash_of: stdin to 32 characters such as Nix uses.
hash_of() { sha256sum | cut -c1-32 | tr e x; }

# Everything the scan found, by content: the same modules elsewhere are the same system.
contents() {
  printf '%s\n' "$scan" | while IFS= read -r scanned; do
    case $scanned in
      file*) sed -e "s|$host||g" -e '/^  imports = \[ \/[^ ]* \];$/d' "${scanned#file }" ;;
      dir*) (cd "${scanned#dir }" && find . -type f | LC_ALL=C sort | xargs -d '\n' -r sha256sum) ;;
    esac
  done
}

# build_system FILE NIXPKGS NAME: sets `system` to the store path of the system, or prints what nix would and returns 1.
build_system() {
  scan=$(scan_nix "$1")
  case $nl$scan in
    *"${nl}error "*)
      problem=${scan##*"${nl}error "}
      [ "$problem" != "$scan" ] || problem=${scan#error }
      problem=${problem%%"$nl"*}
      case $problem in
        *'syntax error'*) say "error: $problem" ;;
        *) say "error:$nl       … while evaluating the module$nl$nl       error: $problem" ;;
      esac
      return 1
      ;;
  esac
  # nix-env passes over what has no name.
  if [ "${#3}" -gt 63 ] && ! sets_hostname; then
    say 'error: --set requires exactly one derivation'
    return 1
  fi
  read_release "$2"
  nixpkgs=$(readlink -f "$2")
  hash=$({ printf '%s %s\n' "$3" "${nixpkgs##*/}" && contents; } | hash_of)
  system=/nix/store/$hash-nixos-system-$3-$release
  say "this derivation will be built:$nl  $system.drv${nl}building '$system.drv'..."
  pause "$BUILD_SECONDS"
  if [ -n "$FAULT_DISK" ]; then
    say "error: writing to file: No space left on device"
    return 1
  fi
  if [ -n "$FAULT_BUILD" ]; then
    say "error: builder for '$system.drv' failed with exit code 1;${nl}       last 1 log lines:$nl       > $FAULT_BUILD"
    return 1
  fi
  [ -e "$host$system" ] || write_system "$3" "${nixpkgs##*/}"
}

# The parts of a NixOS system that somebody reads, put in place at once.
write_system() {
  new=$host/nix/store/.$hash.$$
  mkdir -p "$new/etc" "$new/bin" "$new/sw/bin"
  printf %s "$release" >"$new/nixos-version"
  printf %s x86_64-linux >"$new/system"
  printf 'NAME=NixOS\nID=nixos\nVERSION_ID="%s"\nVERSION="%s"\nBUILD_ID="%s"\nPRETTY_NAME="NixOS %s"\n' \
    "${suffix:+${release%"$suffix"}}" "$release" "$release" "$release" >"$new/etc/os-release"
  printf '%s\n' "$1" >"$new/etc/hostname"
  printf '#!/bin/sh\n' >"$new/init"
  printf '%s\n' "$2" >"$new/nixpkgs"
  printf '%s\n' "$scan" | sed -n 's/^mark //p' >"$new/embedded-host"
  chmod +x "$new/init"
  mv -T "$new" "$host$system" 2>/dev/null || rm -rf "$new"
}
