import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// Jellyfin with the host's graphics card, as users of its own: its root is nobody on the host.
const app = new App();
const stack = new TerraformStack(app, "media-server");
const host = new NixosHost(stack, "nas", { address: "nas.example.org" });

new NixosContainer(stack, "jellyfin", {
  host,
  privateUsers: "pick",
  // The node appears in the container at its own path. It belongs to nobody there: NixOS lets everybody render (mode 0666).
  allowedDevices: [{ node: "/dev/dri/renderD128" }],
  bindMounts: {
    // idmap: the owners of the files have the same numbers inside and outside. Else all would belong to nobody.
    "/media": { hostPath: "/tank/media", idmap: true },
    "/var/lib/jellyfin": { hostPath: "/tank/jellyfin", isReadOnly: false, idmap: true },
  },
  config: {
    services: { jellyfin: { enable: true, openFirewall: true } },
    hardware: { graphics: { enable: true } },
    // The number that owns /tank/jellyfin on the host.
    users: { users: { jellyfin: { uid: 991 } }, groups: { jellyfin: { gid: 991 } } },
  },
  network: {
    privateNetwork: true,
    hostAddress: "192.168.100.10",
    localAddress: "192.168.100.11",
    forwardPorts: [{ hostPort: 8096 }],
  },
  unit: { memoryHigh: "4G", cpuWeight: 50 },
  autoStart: true,
});

app.synth();
