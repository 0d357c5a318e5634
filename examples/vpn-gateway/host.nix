# The key with which the gateway joins, decrypted by agenix; tunnels need the module.
{
  boot.kernelModules = [ "tun" ];
  age.secrets.tailscale-key = {
    file = ./tailscale-key.age;
    mode = "0400";
  };
}
