import type { DesiredContainer } from "../model/container";
import type { Problem } from "../model/error";
import type { Standing } from "./standing";
import { plain } from "../model/text";

/** Why a container of this standing may not be touched; undefined when it may. */
export function refusal(desired: DesiredContainer, standing: Standing, label: string): Problem | undefined {
  const { name } = desired;
  const conflict = (what: string, remedy: string): Problem => ({
    code: "conflict",
    what,
    where: { construct: desired.construct, host: label, container: name },
    remedy,
  });
  switch (standing.kind) {
    case "declarative":
      return conflict(
        `the host's own configuration declares a container ${name}`,
        `take containers.${name} out of the host's configuration and rebuild it, or give this one another \`name:\``,
      );
    case "foreign":
      return conflict(
        `the container ${name} belongs to ${JSON.stringify(plain(standing.owner))}, and this stack is ${JSON.stringify(plain(desired.owner))}`,
        'give this one another `name:`, or let its owner go of it first: there, deploy it with removalPolicy: "retain", remove it, and deploy again; then set `adopt: true` here',
      );
    case "unmanaged":
      if (desired.adopt) return undefined;
      return conflict(
        `a container ${name} is already there, and nobody manages it`,
        "set `adopt: true` to take it over with its data, give this one another `name:`, or remove the other",
      );
    case "remains":
      if (desired.adopt) return undefined;
      return conflict(
        standing.up
          ? `a machine ${name} runs on the host, though no container of that name is configured`
          : `the directory of ${name} on the host holds data of an earlier container`,
        standing.up
          ? `stop it (\`machinectl terminate ${name}\`), or give this one another \`name:\``
          : "set `adopt: true` to use the data again, move the directory away, or give this one another `name:`",
      );
    default:
      return undefined;
  }
}
