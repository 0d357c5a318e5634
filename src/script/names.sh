# shellcheck shell=sh
# The names of all containers, and of what is left of others.
# Takes: nothing. Prints: a name a line, sorted.
all_names() {
  for _path in "$confdir"/*.conf "$ours"/containers/* "$statedir"/* "$profiles"/* "$wants"/container@*.service "$control"/container@*.service.d; do
    [ -e "$_path" ] || [ -L "$_path" ] || continue
    _name=${_path##*/}
    case $_path in
      "$confdir"/*) _name=${_name%.conf} ;;
      "$wants"/*) _name=${_name#container@} && _name=${_name%.service} ;;
      "$control"/*) _name=${_name#container@} && _name=${_name%.service.d} ;;
      *) [ -d "$_path" ] || continue ;;
    esac
    case "$confdir/$_name" in */etc/containers/libpod | */etc/containers/containers | */etc/containers/registries | */etc/containers/storage) continue ;; esac
    case $_name in *[!a-zA-Z0-9_-]*) ;; *) say "$_name" ;; esac
  done | sort -u
}
