import type { Problem } from "../model/error";
import type { Observation, ObservedHost, Trouble } from "../model/observed";
import { sshTransport, usesTerraformSsh } from "../model/transport";
import type { PlannedHost } from "./input";
import type { HostPlan } from "./plan";
import { plain, plainLines } from "../model/text";

/** What a word of the probe means, and the remedy. */
interface TroubleWords {
  readonly what: string;
  readonly remedy: string;
  /** Whether it only stands in the way of Terraform's own SSH client, and of the scripts it uploads. */
  readonly terraformOnly?: boolean;
}

/** The words of the probe (docs/host.md). */
const troubles: Readonly<Record<string, TroubleWords>> = {
  "not-root": {
    what: "the user who logs in is not root, and become is false",
    remedy: "log in as root, or leave `become` out to use sudo",
  },
  sudo: {
    what: "the user who logs in cannot become root with sudo",
    remedy: "allow it on the host without a password: security.sudo.wheelNeedsPassword = false; or log in as root",
  },
  "no-tool": {
    what: "the host has no nixos-container",
    remedy: "set `boot.enableContainers = true;` in the host's configuration and rebuild it",
  },
  "no-unit": {
    what: "the host has no container@.service, which runs its containers",
    remedy: "set `boot.enableContainers = true;` in the host's configuration and rebuild it",
  },
  noexec: {
    what: "no directory that the user who logs in may write to lets programs run, so Terraform cannot run its scripts",
    remedy: "mount the user's home directory without noexec",
    terraformOnly: true,
  },
  "not-home": {
    what: "the commands of the user who logs in do not start in the home directory, and Terraform would put its scripts where they start",
    remedy:
      "take the `cd` out of the shell's start-up files (.bashrc, config.fish, .zshenv), or do it only where there is a terminal: [ -t 0 ] && cd …; a home directory that is missing must be made",
    terraformOnly: true,
  },
  "no-run": {
    what: "the login shell of the user who logs in runs no file by its path, as Terraform runs its scripts",
    remedy: "give the user another login shell, one that is not restricted (users.users.NAME.shell)",
    terraformOnly: true,
  },
  "no-scp": {
    what: "the user who logs in lacks a command that Terraform uploads its scripts with",
    remedy: "put scp (of OpenSSH) and chmod on the PATH that the login shell has without a terminal",
    terraformOnly: true,
  },
  "no-pty": {
    what: "the host's sshd refuses a terminal, which Terraform's provisioners need",
    remedy: "set `PermitTTY yes` for this user in the host's sshd configuration",
    terraformOnly: true,
  },
  "no-pty-key": {
    what: "the host's sshd refuses a terminal for this key, and Terraform's provisioners need one",
    remedy:
      "let the key's line in the authorized keys have one: `restrict,pty` in place of `restrict`, and no `no-pty`; a certificate must be signed with permit-pty",
    terraformOnly: true,
  },
  "no-command": {
    what: "the host lacks commands that every NixOS host has",
    remedy: "put them on the PATH of the user who logs in, and of root",
  },
  "noisy-shell": {
    what: "the login shell prints text before every command, which breaks the scp that Terraform uploads its scripts with",
    remedy: "let the shell's profile print only where there is a terminal: [ -t 1 ] && …",
    terraformOnly: true,
  },
  layout: {
    what: "the host keeps its containers where we do not know our way",
    remedy: "compare configurationDirectory and stateDirectory in the host's nixos-container script with docs/host.md",
  },
};

/** Only matters where something must be built. */
const noNixpkgs = {
  what: "the host has no nixpkgs to build containers with: `<nixpkgs>` leads nowhere",
  remedy:
    "set it in the host's configuration: nix.nixPath, a channel (`nix-channel --update`), or nixpkgs.flake.setNixPath",
};

/** The part of a host's plan that its own observation tells. */
export function hostPlan({ host, observation }: PlannedHost, twins: readonly string[], builds: boolean): HostPlan {
  const where = { construct: host.construct, host: host.label };
  const problems = observationProblems(observation).map((problem): Problem => ({ ...problem, where }));
  const refuse = (what: string, remedy: string, detail?: string): void =>
    void problems.push({ code: "host", what, where, remedy, ...(detail && { detail: plainLines(detail) }) });
  const notes: string[] = [];
  if (observation.kind === "unobserved" && observation.reason === "address") {
    notes.push(
      "its address is only known after apply, so it was not observed: what the deploy finds there, it makes as declared, and a container whose construct is removed goes on running",
    );
  }
  if (observation.kind === "observed") {
    const seen = observation.host;
    notes.push(...machineNotes(seen));
    notes.push(...(observation.notes ?? []).map((note) => plain(note, 400)));
    for (const trouble of seen.troubles) {
      const isMoot = troubles[trouble.word]?.terraformOnly === true && !usesTerraformSsh(host);
      if (trouble.word !== "no-nixpkgs" && !isMoot) refuse(...troubleWords(trouble));
    }
    if (builds && seen.nixpkgs === undefined) refuse(noNixpkgs.what, noNixpkgs.remedy);
    if (twins.length > 0) {
      refuse(
        `${host.label} is the same machine as ${twins.join(" and ")} (machine-id ${plain(seen.machineId, 40)})`,
        "declare each machine once, and pass that NixosHost to every container on it; cloned machines need a new /etc/machine-id",
      );
    }
  }
  return {
    host: host.construct,
    label: host.label,
    address: host.addressUnknown ? "known after apply" : host.address,
    ...(observation.kind === "observed" && { machineId: observation.host.machineId }),
    notes,
    problems,
  };
}

/** That the host's machine-id is not the one it had when it was deployed to. */
function machineNotes({ machineId, containers }: ObservedHost): string[] {
  const earlier = [...containers.values()].map(({ journal }) => journal?.machine ?? "");
  const others = [...new Set(earlier)].filter((machine) => /^[0-9a-f]{32}$/.test(machine) && machine !== machineId);
  if (others.length === 0) return [];
  return [
    `its machine-id changed since the last deploy (${others.sort().join(", ")} → ${plain(machineId, 40)}): a destroy without a deploy before it fails then. Keep /etc/machine-id over reboots, or restore it`,
  ];
}

function troubleWords({ word, text }: Trouble): [what: string, remedy: string, detail: string] {
  const known = troubles[word];
  const remedy = known?.terraformOnly ? `${known.remedy}; or ${sshTransport}` : (known?.remedy ?? "");
  return known ? [known.what, remedy, text] : [`the probe reports ${plain(word, 40)}`, "see what it says", text];
}

function observationProblems(observation: Observation): Omit<Problem, "where">[] {
  if (observation.kind === "observed") {
    return (observation.faults ?? []).map((fault) => ({ code: "connection", ...fault }));
  }
  if (observation.kind === "failed") {
    const { what, remedy, detail } = observation;
    return [{ code: "connection", what, remedy, ...(detail !== undefined && { detail }) }];
  }
  if (observation.kind === "unobserved" && observation.reason === "off") {
    return [
      {
        code: "settings",
        what: "observation is off, so nothing is known of this host, and what is synthesized cannot be deployed",
        remedy: "take `observe: off` out of the context or environment to plan and deploy",
      },
    ];
  }
  return [];
}

/** The other constructs of each machine, by construct; only those that share one. */
export function sameMachines(hosts: readonly PlannedHost[]): ReadonlyMap<string, readonly string[]> {
  const machines = new Map<string, string[]>();
  for (const { host, observation } of hosts) {
    if (observation.kind !== "observed" || observation.host.machineId === "") continue;
    const constructs = machines.get(observation.host.machineId) ?? [];
    machines.set(observation.host.machineId, constructs);
    constructs.push(host.construct);
  }
  const twins = new Map<string, readonly string[]>();
  for (const constructs of machines.values()) {
    if (constructs.length < 2) continue;
    for (const construct of constructs) twins.set(construct, constructs.filter((other) => other !== construct).sort());
  }
  return twins;
}
