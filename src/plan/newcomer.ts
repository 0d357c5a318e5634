import type { DesiredContainer } from "../model/container";
import type { ObservedContainer, ObservedHost } from "../model/observed";
import { configDiff } from "./config-diff";
import { dataDeleted, isRemoval, removalChanges } from "./cut-removal";
import type { Draft } from "./draft";
import type { Change, Effect } from "./plan";
import type { Standing } from "./standing";
import { recordedStateVersion, releaseVersion, stateVersionFor } from "./state-version";
import { count } from "../model/text";
import { givenChanges } from "./option-change";

/** A container that is made: there is none, or what there is has no conf. */
export function creation(
  desired: DesiredContainer,
  observed: ObservedContainer | undefined,
  standing: Standing,
  host: ObservedHost,
): Draft {
  const special = creationRemark(standing, observed, desired);
  const deleted = observed ? removalChanges(observed).filter(({ effect }) => effect === "danger") : [];
  return {
    action: "create",
    effect: special?.effect ?? "none",
    changes: [
      ...deleted.map(({ property, after = "", effect }) => ({ property, after, effect })),
      ...creationChanges(desired, stateVersionFor(desired, observed, host), host),
    ],
    config: configDiff(desired.config),
    notes: special ? special.notes : [],
    builds: true,
    token: "",
    ...(special && { remark: special.remark }),
  };
}

function creationRemark(
  standing: Standing,
  observed: ObservedContainer | undefined,
  desired: DesiredContainer,
): { readonly effect: Effect; readonly remark: string; readonly notes: readonly string[] } | undefined {
  const data = observed?.root !== undefined;
  if (observed && isRemoval(observed.intent)) {
    return observed.intent?.deleting
      ? {
          effect: "danger",
          remark: "whose data was being deleted when its removal was cut off",
          notes: [dataDeleted],
        }
      : {
          effect: "recreate",
          remark: "whose removal was cut off",
          notes: ["an earlier removal was cut off: what it had moved into the archive comes back"],
        };
  }
  switch (standing.kind) {
    case "remains":
      if (!data) {
        return {
          effect: "none",
          remark: "in place of a machine that runs without a conf",
          notes: [`${running}: it is stopped`],
        };
      }
      return {
        effect: desired.stateVersion === undefined ? "danger" : "none",
        remark: "on the data of an earlier container",
        notes: [
          `its directory on the host holds data of an earlier container, which is used again${versionWords(desired, observed)}`,
          ...(standing.up ? [`${running}: it is stopped first`] : []),
        ],
      };
    case "vanished":
      return {
        effect: "recreate",
        remark: data ? "which lost its conf; its data is used again" : "which was removed behind our back",
        notes: [
          data
            ? "its conf was removed on the host; its root directory is still there and is used again"
            : "it was removed on the host, and its data with it: it is made anew",
        ],
      };
    case "begun":
      return {
        effect: observed?.unit === "up" ? "restart" : "none",
        remark: "an earlier create was cut off",
        notes: ["an earlier create was cut off: it is taken up again"],
      };
    default:
      return undefined;
  }
}

/** With which state version it goes on, and how certain that is. */
function versionWords(desired: DesiredContainer, observed: ObservedContainer | undefined): string {
  if (desired.stateVersion !== undefined) {
    return ` with stateVersion ${desired.stateVersion}: right if that one was made with it`;
  }
  const recorded = recordedStateVersion(observed);
  if (recorded !== undefined) return ` with stateVersion ${recorded}, as an earlier deploy wrote it`;
  const release = releaseVersion(observed?.release);
  if (release === undefined) return "";
  return `: its stateVersion is taken to be ${release}, the release that ran there last; set it if its old configuration says otherwise`;
}

const running = "a machine of its name runs on the host, though no container of that name is configured";

/** What a new container is given: only what differs from an empty one. */
function creationChanges(desired: DesiredContainer, stateVersion: string, host: ObservedHost): Change[] {
  return [
    { property: "config", after: count(desired.config.files.length, "file"), effect: "none" },
    ...(stateVersion === "" ? [] : [{ property: "stateVersion", after: stateVersion, effect: "none" } as const]),
    ...givenChanges(desired, host),
  ];
}
