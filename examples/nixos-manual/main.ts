import { App, TerraformStack } from "cdktf";
// In a project of yours: from "cdktf-nixos-containers".
import { NixosContainer, NixosHost } from "../../constructs";
import { web1, web2, without } from "./settings";

// The containers of the NixOS manual, on two hosts; on one where there is only one.
const app = new App();
const stack = new TerraformStack(app, "containers");
const first = new NixosHost(stack, "web1", web1);
const second = web2 ? new NixosHost(stack, "web2", web2) : first;

// PostgreSQL in a network of its own. A configuration can be an object: it becomes a NixOS module.
new NixosContainer(stack, "database", {
  host: first,
  config: { services: { postgresql: { enable: true } } },
  network: { privateNetwork: true, hostAddress: "192.168.100.10", localAddress: "192.168.100.11" },
  autoStart: true,
});

// A machine to log in to with a key. A configuration can be text: it is a NixOS module already.
new NixosContainer(stack, "foo", {
  host: second,
  config: `{
  services.openssh.enable = true;
  users.users.root.openssh.authorizedKeys.keys = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6yrXVNiWeOUUmMQ5DqYkzCKrcDxQQnDzr0JSdAxPXl alice@example.org"
  ];
}
`,
  network: { privateNetwork: true, hostAddress: "192.168.100.20", localAddress: "192.168.100.21" },
});

// A user who becomes root without a password, and the tools to look around.
if (!without.includes("test")) {
  new NixosContainer(stack, "test", {
    host: second,
    config: `{ pkgs, ... }:
{
  users.users.alice = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
  };
  security.sudo.wheelNeedsPassword = false;
  environment.systemPackages = with pkgs; [ vim git htop ];
}
`,
  });
}

app.synth();
