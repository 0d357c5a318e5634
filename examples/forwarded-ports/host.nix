# The host passes packets on, and lets the ports in.
{
  boot.kernel.sysctl."net.ipv4.ip_forward" = true;
  networking.firewall.allowedTCPPorts = [ 8080 443 ];
  networking.firewall.allowedUDPPorts = [ 443 ];
}
