import type { Refuse } from "./error";
import { shown } from "./host-key";

/** What no shell may read, and what ssh itself refuses in names: they may become part of a ProxyCommand. */
const unsafe = /[\s\p{C}'"`\\$;&<>|(){}[\]]/u;

/** Refuses an address that is surely a slip; whatever else ssh may know as an alias, it is asked for. */
export function checkAddress(address: string, refuse: Refuse): void {
  const [, scheme, rest = ""] = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(.*)$/s.exec(address) ?? [];
  const [, named, port] = /^([^:]+|\[[0-9a-fA-F:.%\w]+\]):(\d+)$/.exec(address) ?? [];
  const [, user, host] = /^(.*)@([^@]*)$/s.exec(address) ?? [];
  const [, inner] = /^\[([0-9a-fA-F:.%\w]+)\]$/.exec(address) ?? [];
  if (scheme !== undefined) {
    refuse(
      `address ${shown(address)} is a URL`,
      `write address: ${shown(rest.replace(/^.*@|[:/].*$/g, "") || "web1.example.org")}; user and port have props of their own`,
    );
  } else if (named !== undefined && !named.includes("@")) {
    refuse(
      `address ${shown(address)} has a port`,
      `write address: "${named.replace(/^\[|\]$/g, "")}", port: ${port ?? ""}`,
    );
  } else if (inner !== undefined) {
    refuse(`address ${shown(address)} has brackets`, `write address: "${inner}"; the port has a prop of its own`);
  } else if (host !== undefined && user !== undefined && !unsafe.test(address)) {
    refuse(
      `address ${shown(address)} has a user`,
      `write address: ${shown(host.replace(/:\d+$/, ""))}, user: ${shown(user)}`,
    );
  } else if (address === "" || address.startsWith("-") || unsafe.test(address)) {
    refuse(
      `address ${shown(address)} is not a host name, IP address or ssh alias`,
      'write it like "web1.example.org"; user and port have props of their own',
    );
  }
}

/** Refuses a user that is surely none: `deploy@corp.example` and `CORP\deploy` are. */
export function checkUser(user: string, refuse: Refuse): void {
  const sound = user !== "" && !user.startsWith("-") && !unsafe.test(user.replace(/\$$/, "").replace(/\\(?=.)/g, ""));
  if (!sound) refuse(`user ${shown(user)} is not a user name`, 'write it like "deploy"');
}

/** Refuses what is no way over jump hosts; several, separated by commas, are for ssh alone. */
export function checkJump(jump: string, several: boolean, refuse: Refuse): void {
  const hops = jump.split(",");
  const written = 'write it like "admin@bastion.example.org:22"';
  if (hops.some((hop) => hop === "" || hop.startsWith("-") || unsafe.test(hop.replace(/[[\]]|\\(?=.)/g, "")))) {
    refuse(`proxyJump ${shown(jump)} is not ${several ? "a" : "one"} jump host`, written);
  } else if (hops.length > 1 && !several) {
    refuse(
      `proxyJump ${shown(jump)} is not one jump host`,
      'name a single one: Terraform connects through one bastion, no more; or set transport: "ssh" on the host',
    );
  } else if (hops.some((hop) => isBadPort(/:(\d+)\/?$/.exec(hop.replace(/^.*\]/, ""))?.[1]))) {
    refuse(`proxyJump ${shown(jump)} has a port that is none`, "use a whole number from 1 to 65535");
  }
}

function isBadPort(port: string | undefined): boolean {
  return port !== undefined && (Number(port) < 1 || Number(port) > 65535);
}
