# What was done on the host, some time ago.
nixos-container create legacy --config 'services.nginx.enable = true;'
nixos-container start legacy
