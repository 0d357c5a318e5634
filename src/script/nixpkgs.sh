# shellcheck shell=sh
# The nixpkgs that a build on this host would use.

# A non-login shell may lack what NixOS puts into the environment, and sudo drops what the user's says.
if [ -z "${NIX_PATH-}" ] && [ -r "$r/etc/set-environment" ]; then
  NIX_PATH=$(
    set +u
    unset __NIXOS_SET_ENVIRONMENT_DONE
    # shellcheck disable=SC1091
    . "$r/etc/set-environment" >/dev/null 2>&1
    printf '%s' "${NIX_PATH-}"
  )
fi
NIX_PATH=${NIX_PATH:-${LOGIN_NIX_PATH-}}
if [ -n "$NIX_PATH" ]; then export NIX_PATH; else unset NIX_PATH; fi

# The nixpkgs that would build, and its release.
# Takes: nothing. Sets: release, nixpkgs.
find_nixpkgs() {
  release=''
  nixpkgs=$(nix-instantiate --find-file nixpkgs 2>/dev/null) || nixpkgs=''
  if [ -z "$nixpkgs" ] && [ -z "${NIX_PATH-}" ]; then
    # The last line is ours; a profile may print others before.
    NIX_PATH=$(sh -lc 'printf "\n%s\n" "${NIX_PATH-}"' 2>/dev/null </dev/null | tail -n 1)
    if [ -n "$NIX_PATH" ]; then
      export NIX_PATH
      nixpkgs=$(nix-instantiate --find-file nixpkgs 2>/dev/null) || nixpkgs=''
    else
      unset NIX_PATH
    fi
  fi
  [ -z "$nixpkgs" ] || nixpkgs=$(readlink -f "$nixpkgs")
  [ -n "$nixpkgs" ] || return 0
  if [ -r "$nixpkgs/.version" ]; then
    read -r release <"$nixpkgs/.version" || :
    _suffix=''
    if [ -r "$nixpkgs/.version-suffix" ]; then read -r _suffix <"$nixpkgs/.version-suffix" || :; fi
    release=$release$_suffix
  else
    release=$(nix-instantiate --eval --expr "(import $nixpkgs/lib).version" 2>/dev/null | tr -d '"') || release=''
  fi
}
