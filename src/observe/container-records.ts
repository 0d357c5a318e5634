import { createHash } from "node:crypto";
import type { ObservedContainer } from "../model/observed";
import { journalOwner, parseIntent, parseJournal } from "./journal";

/** Gathers the state and info records of one container (docs/host.md). */
export class ContainerRecords {
  private readonly digest = createHash("sha256");
  private readonly state = new Map<string, string[]>();
  private readonly info = new Map<string, string[]>();
  private readonly texts = new Map<string, string[]>();
  private stated = false;

  constructor(private readonly name: string) {}

  /** Takes a state record: its text without kind and name, as the host's bytes in latin1, and its parts as text. */
  addState(bytes: string, field: string, value: string): void {
    this.stated = true;
    this.digest.update(`${bytes}\n`, "latin1");
    push(this.state, field, value);
  }

  addInfo(field: string, values: readonly string[]): void {
    const [path = "", ...line] = values;
    if (field === "text") push(this.texts, path, line.join("\t"));
    else push(this.info, field, values.join("\t"));
  }

  /** The container, or undefined when nothing of its state was told. */
  container(): ObservedContainer | undefined {
    if (!this.stated) return undefined;
    const state = (field: string): string | undefined => this.state.get(field)?.at(-1);
    const info = (field: string): string | undefined => this.info.get(field)?.at(-1);
    const modules = this.modules();
    const conf = this.state.get("conf");
    const root = state("root");
    return {
      name: this.name,
      ...(conf && { conf }),
      declarative: this.state.has("conf-link"),
      ...((root === "dir" || root === "mount") && { root }),
      ...optional("profile", state("profile")),
      unit: state("unit") === "up" ? "up" : "down",
      active: info("active") ?? "",
      ...(info("masked") === "yes" && { masked: true }),
      ...optional("running", state("running")),
      boot: state("boot") === "yes",
      dropIn: this.state.get("drop-in") ?? [],
      ...list("foreignDropIns", this.state.get("foreign-drop-in")),
      ...list("staleCredentials", this.info.get("stale-credential")),
      ...optional("rootOwner", seconds(info("root-owner"))),
      ...this.journal(this.state.get("journal") ?? []),
      ...optional("intent", parseIntent(this.state.get("intent") ?? [])),
      ...optional("nixos", state("nixos")),
      modules,
      texts: this.moduleTexts(modules),
      ...optional("since", seconds(info("since"))),
      ...optional("confTime", seconds(info("conf-time"))),
      ...optional("release", info("release")),
      ...optional("found", this.found()),
      digest: this.digest.digest("hex"),
    };
  }

  private found(): ObservedContainer["found"] {
    const why = this.info.get("found-not")?.at(-1);
    if (why !== undefined) return { why };
    const lines = this.info.get("found");
    if (!lines) return undefined;
    const text = lines.map((line) => `${line}\n`).join("");
    return text.includes("\ufffd") ? { why: "it is no UTF-8 text" } : { text };
  }

  private journal(lines: readonly string[]): Pick<ObservedContainer, "journal" | "claim"> {
    const journal = parseJournal(this.name, lines);
    return journal ? { journal } : optional("claim", journalOwner(lines));
  }

  private modules(): Map<string, string> {
    const modules = new Map<string, string>();
    for (const record of this.state.get("module") ?? []) {
      const [, digest, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(record) ?? [];
      if (digest !== undefined && path !== undefined) modules.set(path, digest);
    }
    return modules;
  }

  /** Records are lines, so whether a file's last line is ended shows only in the file's digest. */
  private moduleTexts(modules: ReadonlyMap<string, string>): Map<string, string> {
    const texts = new Map<string, string>();
    for (const [path, digest] of modules) {
      if (digest === sha256("")) texts.set(path, "");
      const lines = this.texts.get(path);
      if (!lines) continue;
      const text = lines.join("\n");
      texts.set(path, sha256(text) === digest ? text : `${text}\n`);
    }
    return texts;
  }
}

function push(fields: Map<string, string[]>, field: string, value: string): void {
  const values = fields.get(field);
  if (values) values.push(value);
  else fields.set(field, [value]);
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}

function list<K extends string>(
  key: K,
  values: readonly string[] | undefined,
): { readonly [P in K]?: readonly string[] } {
  return values === undefined ? {} : ({ [key]: values } as { readonly [P in K]?: readonly string[] });
}

function seconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
