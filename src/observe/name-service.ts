import { readFile } from "node:fs/promises";
import { Resolver } from "node:dns/promises";

/** What Go's own resolver asks, as Terraform is built without the system's: the hosts file, then DNS. */
export interface NameSource {
  /** @default "/etc/hosts" */
  readonly hostsFile?: string;
  /** @default "/etc/resolv.conf", for its search list */
  readonly resolvConf?: string;
  /** Asks DNS for a whole name. @default the servers of resolv.conf, 2 s */
  readonly ask?: (name: string) => Promise<readonly string[]>;
  /** @default the platform of this process: on darwin and win32 Go asks the system, as ssh does */
  readonly platform?: NodeJS.Platform;
}

/** The addresses Terraform would find for a name; undefined where it asks the same service as ssh. */
export async function terraformAddresses(
  name: string,
  source: NameSource = {},
): Promise<readonly string[] | undefined> {
  const {
    hostsFile = "/etc/hosts",
    resolvConf = "/etc/resolv.conf",
    ask = askDns,
    platform = process.platform,
  } = source;
  if (platform === "darwin" || platform === "win32") return undefined;
  const wanted = name.toLowerCase().replace(/\.$/, "");
  const ofFile = (await lines(hostsFile)).flatMap(([address = "", ...names]) =>
    names.some((one) => one.toLowerCase().replace(/\.$/, "") === wanted) ? [address] : [],
  );
  if (ofFile.length > 0) return ofFile;
  for (const whole of wholeNames(name, await lines(resolvConf))) {
    const found = await ask(whole);
    if (found.length > 0) return found;
  }
  return [];
}

/** The names that resolv.conf(5) makes of one: with each domain of the search list, and by itself, first if it has dots enough. */
function wholeNames(name: string, settings: readonly (readonly string[])[]): string[] {
  if (name.endsWith(".")) return [name];
  const [, ...search] = settings.filter(([key]) => key === "search" || key === "domain").at(-1) ?? [];
  const option = settings
    .flatMap(([key, ...values]) => (key === "options" ? values : []))
    .find((one) => one.startsWith("ndots:"));
  const dots = Number(option?.slice("ndots:".length) ?? 1);
  const searched = search.map((domain) => `${name}.${domain}`);
  return name.split(".").length > dots ? [name, ...searched] : [...searched, name];
}

async function askDns(name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  const answers = await Promise.all([
    resolver.resolve4(name).catch(() => []), // an error is no answer: Terraform would have none either
    resolver.resolve6(name).catch(() => []),
  ]);
  return answers.flat();
}

async function lines(file: string): Promise<string[][]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").map((line) =>
    line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/),
  );
}
