{ pkgs, ... }:
{
  imports = [ ./users.nix ];
  services.nginx.enable = true;
  services.nginx.virtualHosts."site.example.org".root = pkgs.writeTextDir "index.html" (builtins.readFile ./index.html);
}
