# What lasts. The container waits at boot until /persist is mounted.
{
  systemd.tmpfiles.rules = [
    "d /persist/forgejo 0755 root root -"
    "d /persist/forgejo-users 0755 root root -"
  ];
}
