#!/usr/bin/env node
"use strict";
// Fills docs/options.md from the docstrings of the interfaces that it names: `node scripts/options-page.js`.
const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const ts = require("typescript");

const root = path.resolve(__dirname, "..");
const page = path.join(root, "docs/options.md");

/** Every interface that is declared in these folders, by name. */
function declaredInterfaces() {
  const found = new Map();
  for (const folder of ["src/model", "constructs", "src/nix"]) {
    for (const name of readdirSync(path.join(root, folder), { recursive: true })) {
      if (!name.endsWith(".ts")) continue;
      const file = path.join(root, folder, name);
      const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
      source.forEachChild((node) => {
        if (ts.isInterfaceDeclaration(node)) found.set(node.name.text, node);
      });
    }
  }
  return found;
}

/** A docstring's text: on one line, links as code. */
const plain = (comment) =>
  (ts.getTextOfJSDocComment(comment) ?? "")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/\s*\n\s*/g, " ")
    .trim();

/** One setting: its type, what it is when it is left out, and what it means. */
function setting(member) {
  const name = member.name.text;
  const [doc] = ts.getJSDocCommentsAndTags(member);
  if (!doc?.comment) throw new Error(`${name} has no docstring`);
  const byDefault = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === "default");
  if (member.questionToken && !byDefault?.comment) throw new Error(`${name} has no @default`);
  const type = member.type
    .getText()
    .replace(/\breadonly | \| null\b/g, "")
    .replace(/\s+/g, " ");
  const when = member.questionToken
    ? `default: ${plain(byDefault.comment)}`
    : byDefault
      ? `default: ${plain(byDefault.comment)}`
      : "required";
  return `#### \`${name}\`\n\n\`${type}\`, ${when}\n\n${plain(doc.comment)}\n`;
}

/** The members of an interface: first those of the interfaces it extends, but for those that have a region of their own. */
function membersOf(node, interfaces, shown) {
  const heirs = (node.heritageClauses ?? []).flatMap(({ types }) => [...types]);
  const inherited = heirs.flatMap(({ expression }) => {
    const parent = interfaces.get(expression.getText());
    return parent && !shown.has(expression.getText()) ? membersOf(parent, interfaces, shown) : [];
  });
  return [...inherited, ...node.members];
}

/** The page with each marked region filled anew. */
function filled(text) {
  const interfaces = declaredInterfaces();
  const shown = new Set([...text.matchAll(/<!-- props (\w+) -->/g)].map(([, name]) => name));
  return text.replace(/(<!-- props (\w+) -->\n)[\s\S]*?(<!-- end -->)/g, (_all, begin, name, end) => {
    const node = interfaces.get(name);
    if (!node) throw new Error(`there is no interface ${name}`);
    return `${begin}\n${membersOf(node, interfaces, shown).map(setting).join("\n")}\n${end}`;
  });
}

module.exports = { filled };

if (require.main === module) writeFileSync(page, filled(readFileSync(page, "utf8")));
