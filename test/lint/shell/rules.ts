import { readPart, type ShellFunction, start, type StateVariable } from "./program-text";
import type { ShellEvent } from "./scan";

/** A program as it is put together. */
export interface ProgramParts {
  readonly name: string;
  /** Texts by the names of their files. */
  readonly parts: readonly (readonly [part: string, text: string])[];
}

const isResult = (name: string): boolean => name.startsWith("got_");
const isScratch = (name: string): boolean => /^_./.test(name);
/** What comes from outside: the environment, and what the shell itself sets. */
const isForeign = (name: string): boolean => /^[A-Z_]+$/.test(name) || !/^\w+$/.test(name) || /^[0-9]+$/.test(name);
const isState = (name: string): boolean => !isResult(name) && !isScratch(name) && !isForeign(name);

/** What breaks the convention that CONTRIBUTING.md tells, as sentences. */
export function faultsOf(programs: readonly ProgramParts[], state: readonly StateVariable[]): string[] {
  const faults = new Set<string>();
  const setters = new Map<StateVariable, Set<string>>();
  const read = new Set<StateVariable>();
  for (const program of programs) {
    const functions = program.parts.flatMap(([part, text]) => readPart(part, text));
    const known = new Map(
      state.filter(({ programs: names }) => names.includes(program.name)).map((variable) => [variable.name, variable]),
    );
    const faultsHere = new Program(functions, known).faults();
    for (const fault of faultsHere) faults.add(fault);
    for (const { name, part, events } of functions) {
      for (const event of events) {
        if (event.kind === "call" || !isState(event.name)) continue;
        const variable = known.get(event.name);
        if (!variable) continue;
        if (event.kind === "get") read.add(variable);
        else setters.set(variable, (setters.get(variable) ?? new Set()).add(name === start ? part : name));
      }
    }
  }
  for (const variable of state) {
    const { name, setBy } = variable;
    const found = setters.get(variable) ?? new Set();
    if (found.size === 0) faults.add(`STATE.md: ${name} is never set`);
    else if (!same(found, setBy)) faults.add(`STATE.md: ${name} is set by ${[...found].sort().join(", ")}`);
    if (!read.has(variable)) faults.add(`STATE.md: ${name} is never read`);
  }
  const names = state.map(({ name, programs: of }) => of.map((program) => `${program} ${name}`)).flat();
  for (const name of names)
    if (names.indexOf(name) !== names.lastIndexOf(name)) faults.add(`STATE.md: ${name} stands there twice`);
  return [...faults];
}

class Program {
  private readonly byName: ReadonlyMap<string, ShellFunction>;
  /** For each variable of the program's state, the files that know it. */
  private readonly home = new Map<string, Set<string>>();

  constructor(
    private readonly functions: readonly ShellFunction[],
    private readonly state: ReadonlyMap<string, StateVariable>,
  ) {
    this.byName = new Map(functions.map((of) => [of.name, of]));
    for (const { part, events } of functions) {
      for (const { kind, name } of events)
        if (kind !== "call") this.home.set(name, (this.home.get(name) ?? new Set()).add(part));
    }
  }

  faults(): string[] {
    return this.functions.flatMap((of) =>
      (of.name === start
        ? [...this.reads(of), ...this.calls(of)]
        : [...this.head(of), ...this.reads(of), ...this.calls(of)]
      ).map((fault) => `${of.part}: ${of.name}: ${fault}`),
    );
  }

  private head({ name, head, events, part }: ShellFunction): string[] {
    if (part === "the call") return [];
    if (!head) return ["has no head: # Takes: …"];
    const own = (kind: ShellEvent["kind"]): Set<string> =>
      new Set(events.filter((event) => event.kind === kind).map((event) => event.name));
    const [gets, sets] = [own("get"), own("set")];
    const args = new Set([...gets].map((arg) => (arg === "*" ? "@" : arg)).filter((arg) => /^[1-9@]$/.test(arg)));
    const shared = [...sets].filter((variable) => isState(variable) || isResult(variable));
    const moving = [...gets].filter((variable) => this.state.get(variable)?.once === false);
    return [
      ...[...args].filter((arg) => !head.args.has(arg)).map((arg) => `takes $${arg}, and its head does not say so`),
      ...[...head.args].filter((arg) => !args.has(arg)).map((arg) => `its head says that it takes $${arg}`),
      ...moving
        .filter((variable) => !head.takes.has(variable) && !head.sets.has(variable))
        .map((variable) => `reads ${variable}, and its head does not say so`),
      ...[...head.takes]
        .filter((variable) => !gets.has(variable))
        .map((variable) => `its head says that it takes ${variable}`),
      ...shared
        .filter((variable) => !head.sets.has(variable))
        .map((variable) => `sets ${variable}, and its head does not say so`),
      ...[...head.sets]
        .filter((variable) => !sets.has(variable) && !(isResult(variable) && this.clobbers(name).has(variable)))
        .map((variable) => `its head says that it sets ${variable}`),
      ...[...head.sets, ...head.takes]
        .filter((variable) => !isState(variable) && !isResult(variable))
        .map((variable) => `its head names ${variable}, which is its own`),
      ...(name.startsWith("get_") && !head.sets.has(name.replace("get_", "got_"))
        ? [`sets no ${name.replace("get_", "got_")}`]
        : []),
    ];
  }

  /** That what is read was set: state by anybody, scratch here, a result by the function called for it, and by none called since. */
  private reads({ name, head, events, announced, part }: ShellFunction): string[] {
    const faults: string[] = [];
    const here = new Set<string>();
    const lost = new Map<string, string>();
    for (const event of events) {
      const variable = event.name;
      if (event.kind === "set") {
        here.add(variable);
        lost.delete(variable);
        if (isState(variable) && !this.state.has(variable))
          faults.push(`sets ${variable}, which STATE.md does not name`);
        if (isResult(variable) && name !== start && !head?.sets.has(variable))
          faults.push(`sets ${variable}, a result of another function`);
      } else if (event.kind === "get") {
        if (isState(variable) && !this.state.has(variable))
          faults.push(`reads ${variable}, which STATE.md does not name`);
        const by = lost.get(variable);
        if (by !== undefined) faults.push(`reads ${variable} after ${by} has set it anew`);
        else if ((isScratch(variable) || isResult(variable)) && !here.has(variable))
          faults.push(`reads ${variable}, and has not set it`);
      } else if (!event.apart) {
        const called = this.byName.get(variable);
        if (!called || called.head?.ends || part === "the call") continue;
        for (const set of this.clobbers(variable)) {
          if (isScratch(set)) {
            if (events.some((own) => own.kind === "set" && own.name === set))
              faults.push(`has ${set} for its own, as ${variable} has, which it calls`);
          } else if (isResult(set)) {
            const shown =
              called.head?.sets.has(set) && (called.name.startsWith("get_") || announced(event).includes(set));
            if (shown) {
              here.add(set);
              lost.delete(set);
            } else lost.set(set, variable);
          }
        }
      }
    }
    return faults;
  }

  /** That a call shows what it sets, and that only a status that means something is looked at. */
  private calls({ part, events, announced }: ShellFunction): string[] {
    const touched = new Set(events.map((event) => event.name));
    return events.flatMap((event) => {
      const called = event.kind === "call" ? this.byName.get(event.name) : undefined;
      const shown = announced(event);
      const setHere = events
        .filter((other) => announced(other) === shown)
        .flatMap(({ name }) => [...(this.byName.get(name)?.head?.sets ?? [])]);
      const untrue = shown.filter((name) => !setHere.includes(name)).map((name) => `a line says that it sets ${name}`);
      if (!called?.head || event.apart) return untrue;
      const { head } = called;
      const moved = [...head.sets].filter(
        (variable) =>
          this.state.get(variable)?.once === false &&
          (touched.has(variable) || (called.part !== part && this.home.get(variable)?.has(part))),
      );
      return [
        ...untrue,
        ...moved
          .filter((variable) => !shown.includes(variable))
          .map((variable) => `calls ${event.name} without # sets ${variable}`),
        ...(event.tested === true && head.fails === undefined
          ? [`looks at the status of ${event.name}, whose head says nothing of it`]
          : []),
      ];
    });
  }

  /** All that a call of a function may set, in it and in what it calls. */
  private clobbers(name: string, seen = new Set<string>()): Set<string> {
    const found = new Set<string>();
    if (seen.has(name)) return found;
    seen.add(name);
    for (const event of this.byName.get(name)?.events ?? []) {
      if (event.apart) continue;
      if (event.kind === "set") found.add(event.name);
      if (event.kind === "call") for (const set of this.clobbers(event.name, seen)) found.add(set);
    }
    return found;
  }
}

function same(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name));
}
