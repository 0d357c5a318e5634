# shellcheck shell=sh
# The names of all containers, and of what is left of others.
all_names() {
  for path in "$confdir"/*.conf "$ours"/containers/* "$statedir"/* "$profiles"/* "$wants"/container@*.service "$control"/container@*.service.d; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    name=${path##*/}
    case $path in
      "$confdir"/*) name=${name%.conf} ;;
      "$wants"/*) name=${name#container@} && name=${name%.service} ;;
      "$control"/*) name=${name#container@} && name=${name%.service.d} ;;
      *) [ -d "$path" ] || continue ;;
    esac
    case "$confdir/$name" in */etc/containers/libpod | */etc/containers/containers | */etc/containers/registries | */etc/containers/storage) continue ;; esac
    case $name in *[!a-zA-Z0-9_-]*) ;; *) say "$name" ;; esac
  done | sort -u
}
