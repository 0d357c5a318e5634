import { fc } from "../../support/properties";
import type { ObservedContainer } from "../../../src/model/observed";
import type { PlannedContainer } from "../../../src/plan";
import { agreeing, optionValues } from "./options";
import { container, converged, unmanaged, type Wanted } from "./model";

const files = fc
  .dictionary(
    fc.constantFrom("configuration.nix", "users.nix", "lib/web.nix"),
    fc
      .array(fc.constantFrom("{ }", "  a = 1;", "  b = 2;", "}", ""), { maxLength: 6 })
      .map((lines) => lines.join("\n")),
    { minKeys: 1 },
  )
  .map((texts): Readonly<Record<string, string>> => texts);

/** Settings of the container with this number: its addresses are its own, whatever they are. */
const settings = (number: number): fc.Arbitrary<Wanted> =>
  fc
    .record(
      {
        files,
        stateVersion: fc.constantFrom("24.11", "25.05"),
        followNixpkgs: fc.boolean(),
        ...optionValues(number),
        running: fc.boolean(),
        removalPolicy: fc.constantFrom("archive" as const, "retain" as const, "destroy" as const),
        protect: fc.boolean(),
        restartIfChanged: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((given) => ({ ...given, ...agreeing(given) }));

/** What somebody may do to a container on its host behind our back; each of them must be seen. */
export const mutations: Readonly<
  Record<string, (seen: ObservedContainer, wanted: PlannedContainer) => ObservedContainer>
> = {
  "its conf is deleted": ({ conf: _, ...seen }) => seen,
  "a line of its conf is deleted, or set that was not": (seen) => {
    const left = seen.conf?.filter((line) => !line.startsWith("COPY_RESOLV_CONF")) ?? [];
    return { ...seen, conf: left.length === seen.conf?.length ? [...left, "COPY_RESOLV_CONF=1"] : left };
  },
  "a line is added to its conf": (seen) => ({
    ...seen,
    conf: [...(seen.conf ?? []), "EXTRA_NSPAWN_FLAGS=--private-users=pick"],
  }),
  "its journal is deleted": ({ journal: _, ...seen }) => seen,
  "its journal and the owner in its conf are deleted": ({ journal: _, ...seen }) => ({
    ...seen,
    conf: seen.conf?.filter((line) => !line.startsWith("CDKTF_NIXOS_OWNER")),
  }),
  "everything is deleted": ({ name, digest }) => ({
    name,
    digest,
    declarative: false,
    unit: "down",
    active: "inactive dead",
    boot: false,
    dropIn: [],
    modules: new Map(),
    texts: new Map(),
  }),
  "an intent is left": (seen, { owner }) => ({ ...seen, intent: { owner, action: "update" } }),
  "its profile is rolled back": (seen) => ({ ...seen, profile: "/nix/store/old-system" }),
  "its profile is deleted": ({ profile: _, ...seen }) => seen,
  "it is started or stopped": (seen) =>
    seen.unit === "up"
      ? { ...seen, unit: "down", running: undefined }
      : { ...seen, unit: "up", running: seen.profile, since: 2000 },
  "its boot link is made or removed": (seen) => ({ ...seen, boot: !seen.boot }),
  "its drop-in is edited": (seen) => ({ ...seen, dropIn: [...seen.dropIn, "TimeoutStartSec=5"] }),
  "its configuration.nix is edited": (seen) => ({ ...seen, nixos: "0".repeat(64) }),
  "its configuration.nix is deleted": ({ nixos: _, ...seen }) => seen,
  "a module file is edited": (seen) => {
    const [first] = [...seen.modules.keys()].filter((path) => path.includes("/config/"));
    return { ...seen, modules: new Map([...seen.modules, [first ?? "", "0".repeat(64)]]) };
  },
  "a module file is added": (seen) => ({
    ...seen,
    modules: new Map([...seen.modules, [`${seen.journal?.module ?? ""}/config/more.nix`, "0".repeat(64)]]),
  }),
  "all module files are deleted": (seen) => ({ ...seen, modules: new Map(), texts: new Map() }),
  "our container.nix is edited": (seen) => ({
    ...seen,
    modules: new Map([...seen.modules, [`${seen.journal?.module ?? ""}/container.nix`, "0".repeat(64)]]),
  }),
  "the host's configuration declares it": (seen) => ({ ...seen, declarative: true }),
  "another owner took it": (seen) => ({
    ...seen,
    journal: seen.journal && { ...seen.journal, owner: "project/thief" },
  }),
  "it was deployed when the host had another machine-id": (seen) => ({
    ...seen,
    journal: seen.journal && { ...seen.journal, machine: "f".repeat(32) },
  }),
  "its journal says another policy": (seen) => ({
    ...seen,
    journal: seen.journal && { ...seen.journal, removal: seen.journal.removal === "archive" ? "destroy" : "archive" },
  }),
};

/** What only shows on a container that is up. */
export const liveMutations: typeof mutations = {
  "another system runs inside": (seen) => ({ ...seen, running: "/nix/store/other-system" }),
  "what runs inside cannot be read": ({ running: _, ...seen }) => seen,
  // One that is not to be restarted goes on without it.
  "its conf was written after it started": (seen, { restartIfChanged }) =>
    restartIfChanged ? { ...seen, confTime: 9999 } : { ...seen, running: undefined, confTime: 9999 },
};

/** One container, and what its host holds of it: nothing, an older deploy, a disturbed one, or somebody else's. */
export interface Case {
  readonly wanted: PlannedContainer;
  readonly observed?: ObservedContainer;
}

const disturbed = (number: number): fc.Arbitrary<Case> =>
  fc
    .tuple(settings(number), settings(number), fc.constantFrom(...Object.values(mutations)))
    .map(([now, before, mutate]) => {
      const name = `c${number}`;
      const wanted = container(name, now);
      return {
        wanted,
        observed: mutate(
          converged(container(name, { ...before, stateVersion: before.stateVersion ?? "25.05" })),
          wanted,
        ),
      };
    });

const older = (number: number): fc.Arbitrary<Case> =>
  fc.tuple(settings(number), settings(number)).map(([now, before]) => ({
    wanted: container(`c${number}`, now),
    observed: converged(container(`c${number}`, before)),
  }));

export const fresh = (number: number): fc.Arbitrary<Case> =>
  settings(number).map((now) => ({ wanted: container(`c${number}`, now) }));

const adopted = (number: number): fc.Arbitrary<Case> =>
  settings(number).map((now) => ({
    wanted: container(`c${number}`, { ...now, adopt: true }),
    observed: unmanaged(`c${number}`, { conf: ["PRIVATE_NETWORK=1", `LOCAL_ADDRESS=10.9.${number}.2`] }),
  }));

/** A container that converge has made as wanted. */
export const settled = (number: number): fc.Arbitrary<Case & { readonly observed: ObservedContainer }> =>
  settings(number).map((now) => {
    const wanted = container(`c${number}`, now);
    return { wanted, observed: converged(wanted) };
  });

/** A few containers of one host, each in any state. */
export const fleet: fc.Arbitrary<readonly Case[]> = fc
  .integer({ min: 1, max: 5 })
  .chain((size) =>
    fc.tuple(
      ...Array.from({ length: size }, (_, number) =>
        fc.oneof(fresh(number), older(number), disturbed(number), adopted(number)),
      ),
    ),
  );
