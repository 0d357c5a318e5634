# The host passes packets on, also where eth0 gets its own address by router advertisements; and it has the sites.
{
  boot.kernel.sysctl."net.ipv6.conf.all.forwarding" = true;
  boot.kernel.sysctl."net.ipv6.conf.eth0.accept_ra" = 2;
  systemd.tmpfiles.rules = [
    "d /srv/docs 0755 root root -"
    "d /srv/blog 0755 root root -"
  ];
}
