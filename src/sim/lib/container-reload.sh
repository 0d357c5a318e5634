# shellcheck shell=sh
# What happens inside a container that is reloaded. Sourced after container-start.sh.
# shellcheck disable=SC2034,SC2154 # shared with unit-job.sh, host.sh and unit.sh

# switch-to-configuration test inside the container: sets `outcome` and says why in the journal.
switch_inside() {
  inner=$host/proc/$leader/root/run
  was=$root
  read_environment
  root=$was target=$SYSTEM_PATH
  if [ -z "$target" ]; then
    profile=$host/nix/var/nix/profiles/per-container/$instance
    target=$(readlink "$profile/system") && target=$(readlink "$profile/$target") || target=
  fi
  before=$(readlink "$inner/current-system")
  if [ ! -e "$host$target/embedded-host" ]; then
    journal "$unit" "$invocation" "bash: /nix/var/nix/profiles/system/bin/switch-to-configuration: No such file or directory"
    outcome=10
  elif [ "$before" != "$target" ] && is_marked "$target" 'init changes'; then
    journal "$unit" "$invocation" "Warning: the new NixOS configuration has an 'init' that is incompatible with the current configuration. The new configuration won't take effect until you reboot the system."
    journal "$unit" "$invocation" "$unit: Control process exited, code=exited, status=100/n/a"
    outcome=10
  elif [ "$before" != "$target" ] && is_marked "$target" 'inhibit reload'; then
    journal "$unit" "$invocation" 'There are changes to critical components of the system:'
    journal "$unit" "$invocation" 'dbus-implementation : dbus -> broker'
    journal "$unit" "$invocation" 'Switching into this system is not recommended. You probably want to run boot instead and reboot.'
    outcome=10
  else
    journal "$unit" "$invocation" 'activating the configuration...'
    ln -s "$target" "$inner/.current-system.$$"
    mv -T "$inner/.current-system.$$" "$inner/current-system"
    system=$target
    write_unit "$unit"
    echo running >"$inner/embedded-host/system-state"
    outcome=0
  fi
}

# The units that changed are restarted after the new system is in place: this is what takes time, and what can fail.
restart_inside() {
  clock
  if [ "$RELOAD_SECONDS" != 0 ] && ! timeout --foreground "$l_start_seconds" sleep "$RELOAD_SECONDS"; then
    journal "$unit" "$invocation" "$unit: Reload operation timed out. Killing reload process."
    outcome=11
  elif is_marked "$target" 'unit fails'; then
    journal "$unit" "$invocation" 'restarting the following units: sleep-inhibitor.service'
    journal "$unit" "$invocation" 'warning: the following units failed: embedded-host-example.service'
    journal "$unit" "$invocation" '  embedded-host-example.service: Main process exited, code=exited, status=1/FAILURE'
    echo degraded >"$inner/embedded-host/system-state"
    outcome=10
  fi
}
