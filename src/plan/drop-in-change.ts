import type { DesiredContainer } from "../model/container";
import { type DropIn, dropInLines, dropInOf, parseDropIn } from "../model/drop-in";
import type { ObservedContainer, ObservedHost } from "../model/observed";
import type { Change } from "./plan";
import { listing, plain } from "./text";

/** What a change of these brings with it in the order of the unit, and so tells already. */
const told: ReadonlySet<string> = new Set(["bindMounts", "network.interfaces", "network.macvlans", "autoStart"]);

/**
 * What differs in what the container's unit is told; nothing of it is felt before the next start.
 * @param others the container's other changes: what goes with one of them is no change of its own
 */
export function dropInChanges(
  desired: DesiredContainer,
  observed: ObservedContainer,
  host: ObservedHost,
  others: readonly Change[],
): Change[] {
  const wanted = dropInOf(desired, host.systemControl);
  const lines = dropInLines(wanted);
  const { dropIn } = observed;
  if (dropIn.length === lines.length && dropIn.every((line, index) => line === lines[index])) return [];
  const seen = parseDropIn(dropIn);
  if (!seen) {
    return [
      { property: "drop-in of the unit", before: plain(dropIn.join(" "), 80), after: "as we write it", effect: "none" },
    ];
  }
  const implied = others.some(({ property }) => told.has(property));
  return [
    ...difference("timeouts.start", seconds(seen), seconds(wanted)),
    ...(implied ? [] : orderChange(seen, wanted)),
  ];
}

function orderChange(seen: DropIn, wanted: DropIn): Change[] {
  const order = ({ mounts, interfaces }: DropIn): string => [mounts.join(" "), interfaces.join(" ")].join("\n");
  if (order(seen) === order(wanted)) return [];
  const [before, after] = [orderWords(seen), orderWords(wanted)];
  return difference("start order", before === after ? "after others" : before, after);
}

function difference(property: string, before: string | undefined, after: string | undefined): Change[] {
  if (before === after) return [];
  return [{ property, ...(before !== undefined && { before }), ...(after !== undefined && { after }), effect: "none" }];
}

function seconds({ startTimeout }: DropIn): string | undefined {
  return startTimeout === undefined ? undefined : `${startTimeout} s`;
}

/** `after the mounts of /tank/x and the interface eth1`. */
function orderWords({ mounts, interfaces }: DropIn): string | undefined {
  const parts = [
    ...(mounts.length > 0 ? [`the mounts of ${listing(mounts)}`] : []),
    ...(interfaces.length > 0 ? [`the interface${interfaces.length === 1 ? "" : "s"} ${listing(interfaces)}`] : []),
  ];
  return parts.length === 0 ? undefined : `after ${parts.map((part) => plain(part, 200)).join(" and ")}`;
}
