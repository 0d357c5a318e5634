import { z } from "zod";
import { options } from "./options";
import { networkFields } from "./options/network/network";
import { limitKeys } from "./options/unit-limits";
import type { Hints } from "./suggestion";

/** The shape of a container's settings: for callers that no compiler checks, and for names that are one letter off. */
export const containerShape = z.strictObject(
  Object.assign({}, ...options.map(({ shape }) => shape)) as z.core.$ZodShape,
);

const inNetwork = (field: string): string => `write network: { ${field}: … }`;
const unsupported =
  "an option of NixOS's containers.<name> that is not there yet: leave a container that needs it in its host's configuration";

/** Words of docker and of NixOS's own containers.<name> for what a container's settings call otherwise. */
export const containerHints: Hints = {
  image: "a NixOS container is made from its config, not from an image: say there what it runs",
  build: "a NixOS container is built from its config",
  ports: "write network: { forwardPorts: [{ hostPort: 8080, containerPort: 80 }] }",
  expose: "write network: { forwardPorts: [{ hostPort: 8080, containerPort: 80 }] }",
  volumes: 'write bindMounts: { "/in/the/container": { hostPath: "/on/the/host", isReadOnly: false } }',
  mounts: 'write bindMounts: { "/in/the/container": { hostPath: "/on/the/host", isReadOnly: false } }',
  env: "set it where the service is declared, in config: systemd.services.NAME.environment",
  environment: "set it where the service is declared, in config: systemd.services.NAME.environment",
  command: "declare what runs in config: systemd.services.NAME.script, or the options of a service of NixOS",
  entrypoint: "declare what runs in config: systemd.services.NAME.script, or the options of a service of NixOS",
  restart:
    "services are restarted by their own options in config; autoStart: true starts the container when its host boots",
  privileged: "a container cannot be privileged: bind-mount what it needs of the host",
  networks: 'write network: { hostBridge: "br0" } to plug it into a bridge, or give it addresses',
  hostname: "set networking.hostName in config",
  depends_on: "write dependsOn: [ … ]",
  labels: "leave it out: containers have no labels",
  user: "set the users of services in config",
  ...Object.fromEntries(limitKeys.map(([setting]) => [setting.toLowerCase(), `write unit: { ${setting}: … }`])),
  serviceconfig:
    "write unit: { serviceConfig: … } for the container's unit on the host, or set it in config for a service inside",
  capadd: 'write additionalCapabilities: ["CAP_NET_ADMIN"]',
  cap_add: 'write additionalCapabilities: ["CAP_NET_ADMIN"]',
  devices: 'write allowedDevices: [{ node: "/dev/dri/renderD128" }]',
  secrets: 'write credentials: { NAME: { hostPath: "/run/agenix/NAME" } }',
  ...Object.fromEntries(
    ["Before", "Conflicts", "OnFailure", "Upholds", "StartLimitBurst", "StartLimitIntervalSec"].map((key) => [
      `unit.${key.toLowerCase()}`,
      `write unit: { unitConfig: { ${key}: … } }`,
    ]),
  ),
  "unit.wantedby": "write autoStart: true",
  "unit.requiredby": "write autoStart: true",
  "unit.environment": "set it where the service is declared, in config: systemd.services.NAME.environment",
  "unit.prestart": "write unit: { serviceConfig: { ExecStartPre: … } }",
  "unit.poststart": "write unit: { serviceConfig: { ExecStartPost: … } }",
  "unit.overridestrategy": "leave it out: it always stands beside the container's template",
  networknamespacepath: inNetwork("networkNamespace"),
  ...Object.fromEntries(networkFields.map((field) => [field.toLowerCase(), inNetwork(field)])),
  ...Object.fromEntries(
    ["flake", "nixpkgs", "path", "pkgs", "specialArgs"].map((field) => [field.toLowerCase(), unsupported]),
  ),
};
