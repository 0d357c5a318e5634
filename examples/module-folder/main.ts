import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// NixOS modules in files: a folder with a default.nix comes whole, a single file with what it imports.
// The paths start where the app runs, beside cdktf.json.
const app = new App();
const stack = new TerraformStack(app, "module-folder");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

new NixosContainer(stack, "site", { host, config: "./site", autoStart: true });
new NixosContainer(stack, "backup", { host, config: "./backup.nix" });

app.synth();
