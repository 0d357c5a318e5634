# What the host needs beside the README's lines: the directory of the data, owned by the user 71, which is PostgreSQL's;
# and packets between the two containers.
{
  systemd.tmpfiles.rules = [ "d /srv/postgresql 0750 71 71 -" ];
  boot.kernel.sysctl."net.ipv4.ip_forward" = true;
}
