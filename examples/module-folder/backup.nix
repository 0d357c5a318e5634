{ ... }:
{
  imports = [ ./site/users.nix ];
  services.borgbackup.repos.site.path = "/var/lib/borg";
}
