import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { anchorsOf, linksOf, messagesOf, pageOf, readPage, root, sourceLines, targetOf, userPages } from "./pages";

const { filled } = createRequire(__filename)("../../scripts/options-page.js") as { filled: (page: string) => string };

test("the messages that it quotes are messages that are printed", () => {
  const lines = sourceLines();
  const quoted = userPages().flatMap((page) => messagesOf(page).map((message) => `${page.path}: ${message}`));
  const unprinted = [...quoted, "control: the control … nobody says this"].filter((message) => {
    const words = message.slice(message.indexOf(": ") + 2).split("…");
    const parts = words.map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return !lines.some((line) => new RegExp(parts.join(".+")).test(line));
  });
  expect(unprinted).toEqual(["control: the control … nobody says this"]);
  expect(quoted.length).toBeGreaterThan(10);
});

test("a message is quoted in a table, a heading, or a list of errors; what is Terraform's is not ours", () => {
  const table = "| message | what |\n| --- | --- |\n| `one …` | `no` |\n\n";
  const list = "Errors:\n\n- `two`: give `that`\n- `three`\n\nNo errors:\n\n- `no`\n";
  expect(messagesOf(pageOf("x.md", table + list))).toEqual(["one …", "two", "three"]);
  const headings = "### `four`, `five`\n\n### Terraform's `six`\n";
  expect(messagesOf(pageOf("docs/troubleshooting.md", headings))).toEqual(["four", "five"]);
});

test("its links lead to files and headings that are there", () => {
  const broken = userPages().flatMap((page) =>
    linksOf(page).flatMap((link) => {
      if (/^https:\/\//.test(link)) return [];
      const { path, anchor } = targetOf(page, link);
      if (!existsSync(join(root, path))) return [`${page.path}: ${link}`];
      return anchor === undefined || anchorsOf(readPage(path)).has(anchor) ? [] : [`${page.path}: ${link}`];
    }),
  );
  expect(broken).toEqual([]);
  expect([...anchorsOf(pageOf("x.md", "# `a.b` and C\n## D\n### D\n"))]).toEqual(["ab-and-c", "d", "d-1"]);
});

test("the files of the repository that it names are there", () => {
  const named = userPages().flatMap(({ path, prose }) =>
    [...prose.matchAll(/`((?:src|test|constructs|scripts|examples|docs|bench|\.ci)\/[\w./-]+)`/g)].map(
      ([, file = ""]) => [path, file] as const,
    ),
  );
  expect(named.filter(([, file]) => !existsSync(join(root, file)))).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});

test("its addresses are examples, or those of NixOS, Terraform and the frameworks", () => {
  const hosts = userPages().flatMap(({ path, text }) =>
    [...text.matchAll(/\b(?:https?|ssh):\/\/(?:[\w.-]+@)?([\w.-]+)/g)].map(([, host = ""]) => `${path}: ${host}`),
  );
  const known = /: (([\w-]+\.)*example(\.org|\.com)?|nixos\.org|semver\.org|keepachangelog\.com|host1|host2)$/;
  expect(hosts.filter((host) => !known.test(host))).toEqual([]);
});

test("every page can be reached from the README", () => {
  const seen = new Set<string>();
  const queue = ["README.md"];
  for (const path of queue) {
    if (seen.has(path) || !path.endsWith(".md")) continue;
    seen.add(path);
    const page = readPage(path);
    queue.push(
      ...linksOf(page)
        .filter((link) => !/^https:/.test(link))
        .map((link) => targetOf(page, link).path),
    );
  }
  expect(
    userPages()
      .map(({ path }) => path)
      .filter((path) => !seen.has(path)),
  ).toEqual([]);
});

test("its tables are narrow enough for a terminal", () => {
  const wide = userPages()
    .filter(({ path }) => path !== "docs/host.md") // a contract, read by those who change it
    .flatMap(({ path, prose }) => prose.split("\n").map((line) => ({ path, line })))
    .filter(({ line }) => line.startsWith("|") && line.length > 100);
  expect(wide).toEqual([]);
});

test("docs/options.md is what the docstrings say: else run `node scripts/options-page.js`", () => {
  const page = readFileSync(join(root, "docs/options.md"), "utf8");
  expect(filled(page)).toBe(page);
  expect(filled("<!-- props Timeouts -->\n<!-- end -->")).toContain("#### `build`\n\n`number`, default: 3600");
});

test("no page names a path of the machine that it was written on", () => {
  const files = execFileSync("git", ["ls-files", "*.md", "examples"], { cwd: root, encoding: "utf8" }).trim();
  const named = files.split("\n").filter((file) => /\/work\/|\/tmp\//.test(readFileSync(join(root, file), "utf8")));
  expect(named).toEqual([]);
});
