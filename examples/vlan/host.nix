# eth0 carries the LAN untagged, and VLAN 20 tagged.
{
  networking.vlans.vlan20 = {
    id = 20;
    interface = "eth0";
  };
  networking.bridges.br20.interfaces = [ "vlan20" ];
  networking.bridges.br0.interfaces = [ "eth0" ];
  networking.interfaces.br0.ipv4.addresses = [
    {
      address = "198.51.100.2";
      prefixLength = 24;
    }
  ];
}
