import { z } from "zod";
import { confLine } from "../line";
import { listing, plain } from "../text";
import { hasOwnNetwork } from "./network/own-network";
import { type Option, says } from "./option";

export interface ResolvConfProps {
  /**
   * Whether the host's /etc/resolv.conf is copied into the container at each start (`containers.<name>.copyResolvConf`; inside,
   * `networking.useHostResolvConf`). With false its own configuration says how names are resolved.
   * @default true
   */
  readonly copyResolvConf?: boolean;
}

export interface ResolvConf {
  readonly copyResolvConf: boolean;
}

export const resolvConf: Option<ResolvConfProps, ResolvConf> = {
  shape: { copyResolvConf: z.boolean().optional() },

  parse: (given) => ({ copyResolvConf: given.copyResolvConf ?? true }),

  lines: (wanted) => confLine("COPY_RESOLV_CONF", wanted.copyResolvConf ? "1" : undefined),

  properties: [
    {
      name: "copyResolvConf",
      owns: ({ place, key }) => place === "conf" && key === "COPY_RESOLV_CONF",
      words: ([line]) => (line?.value === "1" ? "true" : (line?.value ?? "")),
      absent: "false",
      effect: "restart",
      isQuiet: true,
    },
  ],

  given: (wanted) => [["copyResolvConf", wanted.copyResolvConf ? undefined : "false"]],

  advice(wanted, { nameservers = [] }, { observed, connects }) {
    if (!wanted.copyResolvConf) {
      return observed?.conf?.some((line) => /^\s*COPY_RESOLV_CONF="?1/.test(line))
        ? ["the /etc/resolv.conf that its earlier starts copied stays inside until its own configuration replaces it"]
        : [];
    }
    const leavesHost = hasOwnNetwork(wanted) || wanted.network.networkNamespace !== undefined;
    const isDeaf = nameservers.length > 0 && nameservers.every((server) => /^(127\.|::1$)/.test(server));
    if (!connects || !isDeaf || !leavesHost || says(wanted, /useHostResolvConf|resolved|resolvconf/)) return [];
    return [
      `names will not resolve inside: the host's /etc/resolv.conf, which is copied into it, names ${plain(listing(nameservers), 80)}, where the container's own network has nobody. ` +
        "Set copyResolvConf: false, and in its config: networking.useHostResolvConf = lib.mkForce false; services.resolved.enable = true; networking.nameservers = [ … ];",
    ];
  },
};
