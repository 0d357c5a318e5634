import { z } from "zod";
import { flagLine } from "../line";
import { pathFault, tidyPath } from "../path";
import { plain } from "../text";
import type { Option } from "./option";
import { isGiven } from "./values";

/** A file of the host that the container's units can load as a credential. */
export interface Credential {
  /** Path of the file on the host, such as /run/agenix/db-password; it must exist when the container starts. */
  readonly hostPath: string;
}

export interface CredentialsProps {
  /**
   * Secrets that lie decrypted on the host (agenix, sops-nix, systemd-creds), by the name under which units inside load them:
   * `serviceConfig.LoadCredential = "db-password";` (systemd.exec, "Credentials"). The value is in no store, state, plan or log.
   * @default none
   */
  readonly credentials?: Readonly<Record<string, Credential>>;
}

export interface ParsedCredential {
  readonly name: string;
  readonly hostPath: string;
}

export interface Credentials {
  readonly credentials: readonly ParsedCredential[];
}

export const credentials: Option<CredentialsProps, Credentials> = {
  shape: { credentials: z.record(z.string(), z.strictObject({ hostPath: z.string() })).optional() },

  parse({ credentials: given = {} }, { refuse }) {
    const parsed = Object.entries(given).flatMap(([name, { hostPath }]) => {
      if (!isGiven(hostPath)) return []; // told as missing
      if (!/^[A-Za-z0-9_.-]{1,255}$/.test(name) || /^\.\.?$/.test(name)) {
        refuse(
          `credentials ${JSON.stringify(name)} cannot be the name of a credential`,
          'use letters, digits, dots, hyphens and underscores, like "db-password"',
        );
      }
      const fault = tidyPath(hostPath) === "/" ? "is a directory" : pathFault(hostPath);
      if (fault !== undefined) {
        refuse(
          `credentials ${name} hostPath ${JSON.stringify(hostPath)} ${fault}`,
          'give the absolute path of a file on the host, like "/run/agenix/db-password"',
        );
      }
      return [{ name, hostPath: tidyPath(hostPath) }];
    });
    return { credentials: parsed.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  },

  lines: (wanted) =>
    wanted.credentials.map(({ name, hostPath }) => flagLine("--load-credential", `${name}:${hostPath}`)),

  properties: [
    {
      name: "credentials",
      owns: ({ place, key }) => place === "flag" && key === "--load-credential",
      words: (lines) => plain(lines.map(({ value }) => value.replace(":", " from ")).join(", ")),
      effect: "restart",
    },
  ],

  changes: ({ desired, observed, live }) =>
    desired.credentials.flatMap(({ name }) =>
      live && observed.staleCredentials?.includes(name)
        ? [
            {
              property: `credential ${plain(name, 80)}`,
              before: "as it was at its start",
              after: "changed since",
              effect: "restart",
            },
          ]
        : [],
    ),

  sources: (wanted) => wanted.credentials.map(({ hostPath }) => hostPath),

  hostConfig: (wanted, host) =>
    wanted.credentials.flatMap(({ name, hostPath }) =>
      host && host.sources.get(hostPath) !== "missing"
        ? []
        : [
            {
              remark: `${hostPath} must be decrypted before it starts, for its credential ${name}: age.secrets or sops.secrets`,
            },
          ],
    ),

  needs(wanted, { host }, refuse) {
    for (const { name, hostPath } of wanted.credentials) {
      const kind = host.sources.get(hostPath);
      if (kind === "missing") {
        refuse(
          `credentials ${name} hostPath ${JSON.stringify(hostPath)} does not exist on the host`,
          "have it decrypted there before the container starts: age.secrets, sops.secrets, or systemd-creds",
        );
      } else if (kind === "dir") {
        refuse(
          `credentials ${name} hostPath ${JSON.stringify(hostPath)} is a directory`,
          "name a file each, or bind-mount the directory",
        );
      }
    }
  },
};
