import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describeWith } from "../support/tools";
import { newContainer, newHost, newStack, refusal, remoteExec, resource, synth, temporaryFolder } from "./app";
import { engine, evaluated } from "./engine";
import { terraformText } from "../../constructs/framework/escape";

/** Text that means something to Terraform, to Nix, to sh, to JSON or to a terminal. */
const hostile = [
  "${path.module}",
  "%{ if true }x%{ endif }",
  "$${a} $$${a} $$$${a} %%{b} %%%{b}",
  "$",
  "$$",
  "${",
  "%{",
  "a$",
  "''${pkgs.hello}'' ''\\n ''' ''",
  "\\ \\\\ \\n \\u0041 \\$",
  "\"quotes\" 'and' `ticks`",
  "'; rm -rf / #",
  "$(id) `id` $HOME !! ~",
  "tab\tand\nlines\r\nand trailing space \n\n",
  "Grüße, 世界, 👩‍🚀, \u202e, \u00a0",
  "</script> &amp; \u007f",
  "{{ template }} <<EOF\nEOF",
  "#{x} @{x} &{x}",
].join("\n");

const controls = String.fromCharCode(...Array.from({ length: 33 }, (_, code) => code)).slice(1);

const quoted = JSON.stringify(hostile).replaceAll("${", "\\${");
const moduleText = `{ pkgs, ... }:\n# ${hostile.split("\n").join("\n# ")}\n{ environment.etc.hostile.text = ${quoted}; }\n`;
const mount = "/srv/$HOME/${x}/%{y}/'&&id".replace("'", "");

describeWith([engine, "sh"], `text on its way through the real ${engine}`, () => {
  test("the escaping is undone to the letter, whatever the text", () => {
    const texts = [
      hostile,
      ...hostile.split("\n"),
      ...["$", "%"].flatMap((sign) => [1, 2, 3, 4, 5].map((n) => `${sign.repeat(n)}{x}`)),
      controls,
      "\ufeffmarked",
    ];
    // Long ones are written another way.
    texts.push(...texts.map((text) => `${text}${" ".repeat(1000)}${text}`));
    expect(evaluated(texts.map(terraformText))).toEqual(texts);
  });

  test("without the escaping it would not: the check can fail", () => {
    expect(evaluated("$${a}")).toBe("${a}");
    expect(() => evaluated("${a}")).toThrow();
  });

  test("a configuration, its files and its paths arrive in the triggers as they were written", () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, "web/files"), { recursive: true });
    writeFileSync(path.join(folder, "web/default.nix"), moduleText);
    writeFileSync(path.join(folder, "web/files/page.html"), hostile);
    const stack = newStack();
    const host = newHost(stack);
    newContainer(stack, host, "text", { config: moduleText, bindMounts: { [mount]: {} } });
    newContainer(stack, host, "folder", { config: path.join(folder, "web") });
    const json = synth(stack);
    const [text, files] = ["web1_text", "web1_folder"].map((name) => evaluated(resource(json, name).triggers));
    expect(text).toMatchObject({
      conf: `EXTRA_NSPAWN_FLAGS=--bind-ro=${mount}:${mount}\nCOPY_RESOLV_CONF=1`,
      "config/configuration.nix": moduleText,
    });
    expect(files).toMatchObject({ "config/default.nix": moduleText, "config/files/page.html": hostile });
  });

  test("values of a plain object arrive as the Nix that evaluates to them", () => {
    const stack = newStack();
    newContainer(stack, newHost(stack), "object", {
      config: { environment: { etc: { "a.${b}": { text: hostile } } } },
    });
    const { triggers } = resource(synth(stack), "web1_object");
    const written = evaluated(triggers)["config/configuration.nix"];
    expect(written).toContain('"a.\\${b}" = ');
    expect(terraformText(written)).toBe(triggers["config/configuration.nix"]);
  });

  test("the program receives them unchanged", () => {
    const program = programOf(moduleText);
    expect(program("files")).toBe(moduleText);
    expect(program("w_name")).toBe("text");
    const flags = `EXTRA_NSPAWN_FLAGS="--bind-ro=${mount}:${mount}"`.replaceAll("$", "\\$");
    expect(program("w_conf").split("\n")).toContain(flags);
  });

  test("it receives decomposed characters as they were written, though Terraform composes them", () => {
    const decomposed = '{ environment.etc.name.text = "e\u0301 \u1112\u1161\u11ab"; }\n';
    expect(evaluated(decomposed)).toBe(decomposed.normalize("NFC"));
    expect(evaluated(decomposed)).not.toBe(decomposed);
    expect(programOf(decomposed)("files")).toBe(decomposed);
  });
});

/** The program of a container with this configuration, as Terraform would run it: given a variable, what it holds; given `files`, the module. */
function programOf(config: string): (shown: string) => string {
  const stack = newStack();
  newContainer(stack, newHost(stack), "text", { config, bindMounts: { [mount]: {} } });
  const carrier = resource(synth(stack), "web1_text");
  const [inline = ""] = remoteExec(carrier).inline;
  const show = [
    `file() { printf '%s' "$2" | base64 -d; }`,
    `case $show in files) wanted_files ;; *) eval "printf '%s' \\"\\$$show\\"" ;; esac`,
    "",
  ].join("\n");
  const locals = { nixos_converge: terraformText(show), triggers: carrier.triggers };
  const script = evaluated(inline.replaceAll("self.triggers[", "local.triggers["), locals);
  return (shown) =>
    execFileSync("sh", ["-c", script], { encoding: "utf8", env: { PATH: process.env["PATH"], show: shown } });
}

test("text that holds one of CDKTF's tokens is refused wherever it stands", () => {
  const token = "${TfToken[TOKEN.7]}";
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, "web.nix"), `{ a = "${token}"; }`);
  const stack = newStack();
  const host = newHost(stack);
  newContainer(stack, host, "text", { config: `\n{ a = "${token}"; }` });
  newContainer(stack, host, "object", { config: { a: { b: [token] } } });
  newContainer(stack, host, "file", { config: path.join(folder, "web.nix") });
  newContainer(stack, host, "path", { config: `./${token}` });
  newContainer(stack, host, "settings", { name: token, network: { hostAddress: token, localAddress: "10.0.0.2" } });
  const { problems, message } = refusal(() => synth(stack));
  expect(problems.map(({ where, what }) => `${where.construct}: ${what}`.replaceAll(folder, ""))).toEqual([
    "prod/text: line 2 of config holds a value that is only known after apply, which can't be part of a NixOS configuration",
    "prod/object: config.a.b[0] holds a value that is only known after apply, which can't be part of a NixOS configuration",
    "prod/file: /web.nix:1 holds a value that is only known after apply, which can't be part of a NixOS configuration",
    "prod/path: config holds a value that is only known after apply, which can't be part of a NixOS configuration",
    "prod/settings: name is a value that Terraform only knows after apply",
    "prod/settings: network.hostAddress is a value that Terraform only knows after apply",
  ]);
  expect(message).not.toContain("TfToken");
});

test("a token as a name is refused, and not told", () => {
  const token = "${TfToken[TOKEN.7]}";
  const stack = newStack();
  newContainer(stack, newHost(stack), "object", { config: { [token]: 1 } });
  const { message } = refusal(() => synth(stack));
  expect(message).toContain("holds a value that is only known after apply");
  expect(message).not.toContain("TfToken");
});
