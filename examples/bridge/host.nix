# The host's own address moves from its interface to the bridge.
{
  networking.bridges.br0.interfaces = [ "eth0" ];
  networking.interfaces.br0.ipv4.addresses = [
    {
      address = "198.51.100.2";
      prefixLength = 24;
    }
  ];
}
