import { z } from "zod";
import { hostItem, hostLine, nixString } from "../../host-line";
import { confLine } from "../../line";
import { pathFault, tidyPath } from "../../path";
import { isGiven } from "../values";
import { confProperty, type NetworkOption } from "./network-option";
import type { ExtraVethsProps } from "./extra-veths";
import type { InterfacesProps } from "./interfaces";
import type { PrivateNetworkProps } from "./private-network";

export interface NetworkNamespaceProps {
  /**
   * Path of a network namespace to run in (`containers.<name>.networkNamespace`); excludes the private network and interfaces.
   * @default none
   */
  readonly networkNamespace?: string | null;
}

export interface NetworkNamespace {
  readonly networkNamespace?: string;
}

export const networkNamespace: NetworkOption<
  NetworkNamespaceProps & PrivateNetworkProps & InterfacesProps & ExtraVethsProps,
  NetworkNamespace
> = {
  shape: { networkNamespace: z.string().optional() },

  parse({ networkNamespace: path, privateNetwork, interfaces, macvlans, extraVeths }, { own, refuse }) {
    if (!isGiven(path)) return {};
    const fault = pathFault(path);
    if (fault) refuse(`network.networkNamespace ${JSON.stringify(path)} ${fault}`, 'write it like "/run/netns/blue"');
    const others = [interfaces ?? [], macvlans ?? [], Object.keys(extraVeths ?? {})].flat();
    if ((privateNetwork ?? own.length > 0) || others.length > 0) {
      refuse(
        "network.networkNamespace excludes the private network, its addresses and ports, and interfaces",
        "leave those out: the namespace brings its own interfaces",
      );
    }
    return { networkNamespace: tidyPath(path) };
  },

  lines: ({ network }) => confLine("NETWORK_NAMESPACE_PATH", network.networkNamespace),

  properties: [confProperty("networkNamespace", "NETWORK_NAMESPACE_PATH")],

  sources: ({ network }) => (network.networkNamespace === undefined ? [] : [network.networkNamespace]),

  hostConfig({ name: container, network }, host) {
    const path = network.networkNamespace;
    if (path === undefined || (host && host.sources.get(path) !== "missing")) return [];
    const name = /^\/(?:var\/)?run\/netns\/([A-Za-z0-9_.-]+)$/.exec(path)?.[1];
    if (name === undefined) return [{ remark: `something must make the network namespace ${path} before it starts` }];
    const service = `systemd.services.${nixString(`netns-${name}`)}`;
    const ip = (words: string): string => `"\${pkgs.iproute2}/bin/ip netns ${words} ${name}"`;
    return [
      hostItem(`${service}.wantedBy`, '"multi-user.target"'),
      hostItem(`${service}.before`, nixString(`container@${container}.service`)),
      hostLine(
        `${service}.serviceConfig`,
        `{ Type = "oneshot"; RemainAfterExit = true; ExecStart = ${ip("add")}; ExecStop = ${ip("delete")}; }`,
      ),
    ];
  },

  needs({ network }, { host }, refuse) {
    const path = network.networkNamespace;
    if (path === undefined || host.sources.get(path) !== "missing") return;
    refuse(
      `network.networkNamespace ${JSON.stringify(path)} does not exist on the host`,
      `make it there before the container starts, and at every boot, with a service that runs \`ip netns add ${path.split("/").at(-1) ?? ""}\``,
    );
  },
};
