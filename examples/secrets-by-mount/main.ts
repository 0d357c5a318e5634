import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A secret that is in no code, no state and no Nix store: the host decrypts it, the container mounts the file,
// the service gets it as a systemd credential.
const app = new App();
const stack = new TerraformStack(app, "secrets-by-mount");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

const password = "/run/host-secrets/smtp-password";
new NixosContainer(stack, "mailer", {
  host,
  bindMounts: { [password]: { hostPath: "/run/agenix/smtp-password" } },
  config: {
    systemd: {
      services: {
        mailer: {
          wantedBy: ["multi-user.target"],
          // systemd reads it as root; the service finds it in $CREDENTIALS_DIRECTORY/password.
          serviceConfig: { DynamicUser: true, LoadCredential: `password:${password}` },
          script: "exec sleep infinity",
        },
      },
    },
  },
});

app.synth();
