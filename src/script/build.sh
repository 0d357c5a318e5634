# shellcheck shell=sh
# Builds the wanted system with nixos-container, once.

# Writes one wanted file.
# Takes: $1 path below the folder, $2 its text in base64; modules. Fails: it cannot be written.
file() {
  mkdir -p "$modules/${1%/*}"
  printf '%s' "$2" | base64 -d >"$modules/$1"
}

# `nixos-container create` deletes the root directory when its build fails: one that holds data steps aside meanwhile.
# Takes: $1 container. Fails: it cannot be moved.
put_root_aside() {
  if [ -d "$statedir/$1" ] && [ ! -e "$statedir/.kept-$1" ]; then mv -T "$statedir/$1" "$statedir/.kept-$1" && settle_names "$statedir"; fi
}

# As many builds at a time as the host has cores and GiB of free memory.
# Takes: nothing.
build_slot() {
  mkdir -p "$run/build"
  _told=no
  while :; do
    _slots=$(awk -v cores="$(nproc)" '/^MemAvailable:/ { gib = int($2 / 1048576) } END { n = gib < cores ? gib : cores; print n < 1 ? 1 : n }' "$r/proc/meminfo")
    _slot=1
    while [ "$_slot" -le "$_slots" ]; do
      exec 8>"$run/build/$_slot"
      if flock -n 8; then return 0; fi
      _slot=$((_slot + 1))
    done
    [ "$_told" = yes ] || say "$w_name: waiting: $_slots builds run on this host already"
    _told=yes
    sleep 0.2
  done
}

# Runs nixos-container with the wanted modules and the resolved nixpkgs; its output is shown as it comes, and kept.
# Takes: $1 create or update, $@ the options behind it. Fails: with the status of nixos-container, 124 when it took too long.
build() {
  _verb=$1
  shift
  {
    NIX_PATH=nixpkgs=$nixpkgs${NIX_PATH:+:$NIX_PATH} timeout -k 10 "$w_build" nixos-container "$_verb" "$w_name" --nixos-path "$nixpkgs/nixos" \
      --config-file "$dir/$w_module/container.nix" "$@" 2>&1 8>&-
    say "$?" >"$workdir/code"
  } | tee "$workdir/build" | sed -u -e "/^host IP is /d" -e "s/^/$w_name: | /"
  exec 8>&-
  read -r _code <"$workdir/code"
  # It could not be written down.
  [ -n "$_code" ] || _code=1
  return "$_code"
}

# Takes: $1 status of the build. Prints: why it failed.
build_reason() {
  if [ "$1" = 124 ]; then
    say "the build took longer than $w_build s (timeouts.build)"
  elif grep -q -x 'error: --set requires exactly one derivation' "$workdir/build"; then
    say 'the build failed: no system could be named: networking.hostName is no host name (letters, digits and hyphens, 63 of them at most)'
  else
    _reason=$(grep -E '^ *error: .|No space left on device' "$workdir/build" | tail -n 1 | sed 's/^ *//')
    _empty=$(find "$confdir" -maxdepth 1 -name '*.conf' -type f -size 0)
    # Looking for free addresses, nixos-container create dies at a conf in which nothing is.
    [ -z "$_empty" ] || _reason="nixos-container cannot work while a conf is empty; remove or mend ${_empty#"$r"}"
    _reason=${_reason:-$(tail -n 1 "$workdir/build")}
    say "the build failed: ${_reason%[;:.]}"
  fi
}

# The last lines of the unit's journal since this change began to act on it; they are shown as well.
# Takes: $1 seconds since the epoch. Sets: got_unit_lines.
get_unit_lines() {
  journalctl --sync >/dev/null 2>&1 || :
  got_unit_lines=$(journalctl -u "container@$w_name.service" --since "@$1" -n 50 --no-pager -o cat 2>/dev/null)
  [ -z "$got_unit_lines" ] || say "$got_unit_lines" | tail -n 15 | sed "s/^/$w_name: | /"
}

# NixOS refuses to switch a running system whose new one replaces critical parts, or has another interface to its init.
# Takes: $1 lines of the unit. Fails: it did not.
switch_refused() {
  say "$1" | grep -q -e '^There are changes to critical components of the system' -e '^incompatible with the current configuration\.' \
    -e "^container@$w_name\.service: Control process exited, code=exited, status=100"
}

# Takes: $1 lines of the unit. Ends: the program, with the reason.
give_up_reload() {
  case $1 in
    *"container@$w_name.service: Reload operation timed out"*) give_up "the reload took longer than ${w_start:-60} s (timeouts.start)" ;;
  esac
  give_up 'a unit failed while the container reloaded'
}

# Takes: nothing. Sets: modules.
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

# Makes what nixos-container create would, of a name that it refuses: the rest is built by update. The conf comes first, as there.
# Takes: nothing.
make_places() {
  # Any command of the tool makes its own folders.
  nixos-container list >/dev/null || give_up 'nixos-container does not work'
  write_conf
  (umask 022 && mkdir -p "$profiles/$w_name" "$statedir/$w_name/etc/nixos") || give_up 'its directories cannot be made'
  settle_names "$profiles" "$statedir"
}

# Takes: $@ options of nixos-container create; resumed.
create_system() {
  # What create takes; update takes any.
  if [ "${#w_name}" -le 11 ]; then _by=create; else _by=update; fi
  get_before kept
  if [ "$got_before" != no ]; then
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
  if [ "$_by" = update ]; then
    # A machine of its name that runs without a conf: update would reload it.
    is_inactive "$w_name" || stop_container "$w_name" || give_up 'the container does not stop'
    make_places
    set --
  fi
  begin_step building
  build "$_by" "$@" || give_up "$(build_reason "$?")"
  put_root_back "$w_name" || refuse "its data waits in ${statedir#"$r"}/.kept-$w_name and cannot be moved back"
  done_step "built with nixos-container $_by"
}

# Takes: nothing. Sets: restart, reload_failed.
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
  _acted=$(date +%s)
  _built=0
  build update || _built=$?
  if [ "$_built" = 0 ]; then
    if is_up "$w_name"; then done_step 'built and reloaded with nixos-container update'; else done_step 'built with nixos-container update'; fi
    return 0
  fi
  if ! grep -q 'failed to reload container' "$workdir/build"; then give_up "$(build_reason "$_built")"; fi
  reload_failed=yes
  done_step 'built with nixos-container update; the reload failed'
  [ "$restart" = no ] || return 0
  get_unit_lines "$_acted"
  switch_refused "$got_unit_lines" || give_up_reload "$got_unit_lines"
  [ "$w_restart" = yes ] || give_up 'the new system cannot be switched to while it runs, and restartIfChanged is false: deploy it once with restartIfChanged: true, at a time when it may restart'
  say "$w_name: the new system cannot be switched to while it runs: restarting instead"
  restart=yes
}
