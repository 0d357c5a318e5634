# Both hosts have a bridge into the LAN; the host's own address, here that of web1, moves to it.
{
  networking.bridges.br0.interfaces = [ "eth0" ];
  networking.interfaces.br0.ipv4.addresses = [
    {
      address = "198.51.100.2";
      prefixLength = 24;
    }
  ];
}
