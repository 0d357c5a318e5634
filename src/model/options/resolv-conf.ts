import { confLine } from "../line";
import type { Option } from "./option";

/** The container resolves names as its host does: a copy of /etc/resolv.conf at each start. */
export const resolvConf: Option = {
  shape: {},
  parse: () => ({}),
  lines: () => confLine("COPY_RESOLV_CONF", "1"),
};
