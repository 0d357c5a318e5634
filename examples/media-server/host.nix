# The directories, whose numbers are those inside; the port, and packets to it. The file system must be one that can be id-mapped:
# ext4, btrfs, xfs, ZFS from 2.2 on.
{
  systemd.tmpfiles.rules = [
    "d /tank/media 0755 root root -"
    "d /tank/jellyfin 0750 991 991 -"
  ];
  networking.firewall.allowedTCPPorts = [ 8096 ];
  boot.kernel.sysctl."net.ipv4.ip_forward" = true;
}
