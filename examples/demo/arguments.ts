import { parseArgs } from "node:util";

/** How to log in to a host. */
export interface Login {
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
}

/** What the demo is asked for. */
export interface Arguments {
  /** The real host to use instead of embedded ones. */
  readonly host?: Login;
  readonly help: boolean;
}

export const usage = `cdktf-nixos demo                      two embedded hosts, in this process
cdktf-nixos demo --host root@HOST     a real NixOS host; [USER@]HOST[:PORT] or an alias of ~/.ssh/config
`;

/** Reads the command line. @throws Error, in words for whoever typed it */
export function readArguments(words: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...words],
    options: { host: { type: "string" }, help: { type: "boolean", short: "h", default: false } },
  });
  return { help: values.help, ...(values.host !== undefined && { host: readLogin(values.host) }) };
}

/** Reads [USER@]HOST[:PORT], with brackets around an IPv6 address. */
function readLogin(text: string): Login {
  const match = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([^\]\s]+)\]|([^:@[\]/\s-][^:@[\]/\s]*))(?::(\d{1,5}))?\/?$/.exec(
    text,
  );
  const address = match?.[2] ?? match?.[3];
  if (!match || address === undefined) throw new Error(`--host ${JSON.stringify(text)} is not [USER@]HOST[:PORT]`);
  const [, user, , , port] = match;
  return { address, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) };
}
