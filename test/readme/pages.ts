import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

export const root = resolve(__dirname, "../..");

/** A code block: the language and the name that its fence gives it, and its text. */
export interface Block {
  readonly language: string;
  readonly name: string;
  readonly text: string;
}

/** A page of the documentation. */
export interface Page {
  /** Path in the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The text without its code blocks. */
  readonly prose: string;
}

const fence = /^ *```([a-z]*)(?: (\S+))?\n([\s\S]*?)^ *```$/gm;

export function readPage(path: string): Page {
  return pageOf(path, readFileSync(join(root, path), "utf8"));
}

export function pageOf(path: string, text: string): Page {
  const blocks = [...text.matchAll(fence)].map(([, language = "", name = "", body = ""]) => ({
    language,
    name,
    text: body,
  }));
  return { path, text, blocks, prose: text.replace(fence, "") };
}

/** The pages for users: the top level's, those of docs/ and of examples/. */
export function userPages(): Page[] {
  const below = ["docs", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const top = readdirSync(root).filter((file) => file.endsWith(".md"));
  return [...top, ...below.filter((file) => file.endsWith(".md")).sort()].map(readPage);
}

/** The blocks of a language over all pages, with the page that each stands on. */
export function blocksOf(
  language: string,
  pages: readonly Page[] = userPages(),
): (Block & { readonly page: string })[] {
  return pages.flatMap(({ path, blocks }) =>
    blocks.filter((block) => block.language === language).map((block) => ({ ...block, page: path })),
  );
}

/** The one block of a name. */
export function blockNamed(name: string): string {
  const found = userPages()
    .flatMap(({ blocks }) => blocks)
    .filter((block) => block.name === name);
  if (found.length !== 1) throw new Error(`${found.length} blocks are named ${name}`);
  return found[0]?.text ?? "";
}

/** The anchors of a page's headings, as forges make them. */
export function anchorsOf({ prose }: Page): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** The links of a page: what stands in the parentheses. */
export function linksOf({ prose }: Page): string[] {
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

/**
 * The messages a page quotes as ours: the code spans of headings and of table rows below a heading cell `message`, and the
 * first one of each item below a line `Errors:`. `…` is what differs from time to time.
 */
export function messagesOf({ path, prose }: Page): string[] {
  const spans = (text: string): string[] =>
    [...text.replace(/(?:Terraform|The CLI)'s `[^`]*`/g, "").matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);
  const headings = /troubleshooting/.test(path) ? [...prose.matchAll(/^### .*$/gm)].map(([line]) => line) : [];
  const tables = [...prose.matchAll(/^\| message .*\n((?:\|.*\n)+)/gm)].flatMap(([, table = ""]) =>
    table.split("\n").map((row) => row.split("|")[1] ?? ""),
  );
  const items = [...prose.matchAll(/^Errors:\n\n((?:(?:- | {2}).*\n)+)/gm)].flatMap(([, list = ""]) =>
    [...list.matchAll(/^- (`[^`]+`)/gm)].map(([, first = ""]) => first),
  );
  return [...headings, ...tables, ...items].flatMap(spans);
}

/** Every line of the sources and of the programs for the hosts that is no comment; the embedded host only plays a part. */
export function sourceLines(): string[] {
  const files = ["src", "constructs"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return files
    .filter((file) => /\.(ts|sh)$/.test(file) && !file.startsWith(join("src", "sim")))
    .flatMap((file) => readFileSync(join(root, file), "utf8").split("\n"))
    .filter((line) => !/^\s*(\*[ /]|\*$|\/\*|\/\/|#)/.test(line));
}

/** What a link of a page leads to in the repository. */
export function targetOf(page: Page, link: string): { readonly path: string; readonly anchor?: string } {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? page.path : relative(root, resolve(root, page.path, "..", file));
  return { path, ...(anchor !== undefined && { anchor }) };
}
