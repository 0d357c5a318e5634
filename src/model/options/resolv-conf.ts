import { z } from "zod";
import { confLine } from "../line";
import type { Option } from "./option";

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

  advice: (wanted, _host, observed) =>
    !wanted.copyResolvConf && observed?.conf?.some((line) => /^\s*COPY_RESOLV_CONF="?1/.test(line))
      ? ["the /etc/resolv.conf that its earlier starts copied stays inside until its own configuration replaces it"]
      : [],
};
