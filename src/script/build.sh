# shellcheck shell=sh
# Builds the wanted system with nixos-container, once.

# Writes one wanted file below $modules: a path and its text in base64.
file() {
  mkdir -p "$modules/${1%/*}"
  printf '%s' "$2" | base64 -d >"$modules/$1"
}

# `nixos-container create` deletes the root directory when its build fails: one that holds data steps aside meanwhile.
put_root_aside() {
  if [ -d "$statedir/$1" ] && [ ! -e "$statedir/.kept-$1" ]; then mv -T "$statedir/$1" "$statedir/.kept-$1" && settle_names "$statedir"; fi
}

# As many builds at a time as the host has cores and GiB of free memory.
build_slot() {
  mkdir -p "$run/build"
  told=no
  while :; do
    slots=$(awk -v cores="$(nproc)" '/^MemAvailable:/ { gib = int($2 / 1048576) } END { n = gib < cores ? gib : cores; print n < 1 ? 1 : n }' "$r/proc/meminfo")
    slot=1
    while [ "$slot" -le "$slots" ]; do
      exec 8>"$run/build/$slot"
      if flock -n 8; then return 0; fi
      slot=$((slot + 1))
    done
    [ "$told" = yes ] || say "$w_name: waiting: $slots builds run on this host already"
    told=yes
    sleep 0.2
  done
}

# Runs nixos-container with the wanted modules and the resolved nixpkgs; its output is shown as it comes, and kept.
build() {
  verb=$1
  shift
  {
    NIX_PATH=nixpkgs=$nixpkgs${NIX_PATH:+:$NIX_PATH} timeout -k 10 "$w_build" nixos-container "$verb" "$w_name" --nixos-path "$nixpkgs/nixos" \
      --config-file "$dir/$w_module/container.nix" "$@" 2>&1 8>&-
    say "$?" >"$workdir/code"
  } | tee "$workdir/build" | sed -u -e "/^host IP is /d" -e "s/^/$w_name: | /"
  exec 8>&-
  read -r code <"$workdir/code"
  [ -n "$code" ] || code=1 # it could not be written down
  return "$code"
}

build_reason() {
  if [ "$code" = 124 ]; then
    say "the build took longer than $w_build s (timeouts.build)"
  else
    reason=$(grep -E '^ *error: .|No space left on device' "$workdir/build" | tail -n 1 | sed 's/^ *//')
    empty=$(find "$confdir" -maxdepth 1 -name '*.conf' -type f -size 0)
    # Looking for free addresses, nixos-container create dies at a conf in which nothing is.
    [ -z "$empty" ] || reason="nixos-container cannot work while a conf is empty; remove or mend ${empty#"$r"}"
    reason=${reason:-$(tail -n 1 "$workdir/build")}
    say "the build failed: ${reason%[;:.]}"
  fi
}

# The last lines of the unit's journal since this change began to act on it, as $lines.
unit_lines() {
  journalctl --sync >/dev/null 2>&1 || :
  lines=$(journalctl -u "container@$w_name.service" --since "@$acted" -n 50 --no-pager -o cat 2>/dev/null)
  [ -z "$lines" ] || say "$lines" | tail -n 15 | sed "s/^/$w_name: | /"
}

# NixOS refuses to switch a running system whose new one replaces critical parts, or has another interface to its init.
switch_refused() {
  say "$lines" | grep -q -e '^There are changes to critical components of the system' -e '^incompatible with the current configuration\.' \
    -e "^container@$w_name\.service: Control process exited, code=exited, status=100"
}

give_up_reload() {
  case $lines in
    *"container@$w_name.service: Reload operation timed out"*) give_up "the reload took longer than ${w_start:-60} s (timeouts.start)" ;;
  esac
  give_up 'a unit failed while the container reloaded'
}

write_modules() {
  modules=$dir/$w_module.new
  rm -rf "$modules"
  mkdir -p "$modules/config"
  wanted_files || give_up 'the module files could not be written'
  container_module >"$modules/container.nix" || give_up 'the module files could not be written'
  find "$modules" -exec sync {} + || give_up 'the module files could not be written'
  rm -rf "${dir:?}/$w_module"
  mv "$modules" "$dir/$w_module"
  settle_names "$dir"
}

create_system() {
  before kept
  if [ "$value" != no ]; then
    if is_up "$w_name"; then stop_container "$w_name" || refuse 'the container does not stop; nothing was touched'; fi
    put_root_aside "$w_name" || refuse "its root directory cannot be moved aside, and a create that fails would delete it; nothing was touched"
  fi
  if [ -e "$conf" ]; then
    if [ "$resumed" = yes ]; then
      say "$w_name: an earlier create was cut off: its remains are removed first"
    else
      say "$w_name: it has no system: it is made anew on its data"
    fi
    stop_container "$w_name" || :
    nixos-container destroy "$w_name" || :
  fi
  note_step 'waiting for its turn to build'
  build_slot
  begin_step building
  build create "$@" || give_up "$(build_reason)"
  put_root_back "$w_name" || refuse "its data waits in ${statedir#"$r"}/.kept-$w_name and cannot be moved back"
  done_step 'built with nixos-container create'
}

update_system() {
  # A root directory made anew is not the one that a running container stands on.
  [ -d "$statedir/$w_name" ] || restart=yes
  if [ -L "$statedir/$w_name/etc" ] || [ -L "$statedir/$w_name/etc/nixos" ]; then
    give_up "its /etc or /etc/nixos is a symbolic link, and nixos-container would write where it leads"
  fi
  (umask 022 && mkdir -p "$statedir/$w_name/etc/nixos")
  if [ -L "$statedir/$w_name/etc/nixos/configuration.nix" ] || [ ! -f "$statedir/$w_name/etc/nixos/configuration.nix" ]; then
    rm -rf "$statedir/$w_name/etc/nixos/configuration.nix"
  fi
  note_step 'waiting for its turn to build'
  build_slot
  begin_step building
  system_of "$w_name"
  was=$system
  acted=$(date +%s)
  if build update; then
    if is_up "$w_name"; then done_step 'built and reloaded with nixos-container update'; else done_step 'built with nixos-container update'; fi
    return 0
  fi
  if ! grep -q 'failed to reload container' "$workdir/build"; then give_up "$(build_reason)"; fi
  reload_failed=yes
  done_step 'built with nixos-container update; the reload failed'
  [ "$restart" = no ] || return 0
  unit_lines
  switch_refused || give_up_reload
  say "$w_name: the new system cannot be switched to while it runs: restarting instead"
  restart=yes
}
