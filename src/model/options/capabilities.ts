import { z } from "zod";
import { flagLine, type Line } from "../line";
import { closestName } from "../suggestion";
import { plain } from "../text";
import type { Option } from "./option";

export interface CapabilitiesProps {
  /**
   * Capabilities that the container has beside those that systemd-nspawn gives every one
   * (`containers.<name>.additionalCapabilities`), such as `CAP_NET_ADMIN`, or `all`; capabilities(7) lists them.
   * @default none
   */
  readonly additionalCapabilities?: readonly string[];
}

export interface Capabilities {
  readonly additionalCapabilities: readonly string[];
}

/** capabilities(7), as of Linux 6.12. */
const known = [
  ...["audit_control", "audit_read", "audit_write", "block_suspend", "bpf", "checkpoint_restore", "chown"],
  ...["dac_override", "dac_read_search", "fowner", "fsetid", "ipc_lock", "ipc_owner", "kill", "lease"],
  ...["linux_immutable", "mac_admin", "mac_override", "mknod", "net_admin", "net_bind_service", "net_broadcast"],
  ...["net_raw", "perfmon", "setfcap", "setgid", "setpcap", "setuid", "sys_admin", "sys_boot", "sys_chroot"],
  ...["sys_module", "sys_nice", "sys_pacct", "sys_ptrace", "sys_rawio", "sys_resource", "sys_time"],
  ...["sys_tty_config", "syslog", "wake_alarm"],
].map((word) => `CAP_${word.toUpperCase()}`);

/** Whether systemd-nspawn knows it. */
export function isCapability(word: string): boolean {
  return word === "all" || known.includes(word);
}

export const capabilities: Option<CapabilitiesProps, Capabilities> = {
  shape: { additionalCapabilities: z.array(z.string()).optional() },

  parse({ additionalCapabilities: given = [] }, { refuse }) {
    for (const word of given) {
      if (isCapability(word)) continue;
      const meant = known.find((one) => one === `CAP_${word.toUpperCase()}`) ?? closestName(word, ["all", ...known]);
      refuse(
        `additionalCapabilities ${JSON.stringify(word)} is not a capability`,
        meant === undefined ? 'write it like "CAP_NET_ADMIN"; capabilities(7) lists them' : `did you mean ${meant}?`,
      );
    }
    return { additionalCapabilities: [...new Set(given)].sort() };
  },

  lines: ({ additionalCapabilities: words }) => (words.length === 0 ? [] : [flagLine("--capability", words.join(","))]),

  properties: [
    {
      name: "additionalCapabilities",
      owns: ({ place, key }) => place === "flag" && key === "--capability",
      words: (lines: readonly Line[]) => plain(lines.flatMap(({ value }) => value.split(",")).join(", ")),
      effect: "restart",
    },
  ],
};
