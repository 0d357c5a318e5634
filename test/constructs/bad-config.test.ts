import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { nix, type NixosContainerProps } from "../../constructs";
import { newContainer, newHost, newStack, refusal, synth, temporaryFolder } from "./app";

let folder: string;
const before = process.cwd();
beforeAll(() => {
  folder = realpathSync(temporaryFolder());
  process.chdir(folder);
  for (const name of ["empty", "web", "linked"]) mkdirSync(name);
  writeFileSync("web/default.nix", "{ ... }:\n{ imports = [ ../../common.nix ]; }\n");
  writeFileSync("common.nix", "{ }\n");
  writeFileSync("import.nix", "{ imports = [ ./gone.nix ]; }\n");
  writeFileSync("host-name.nix", '{\n  networking.hostName = lib.mkDefault "web";\n}\n');
  writeFileSync("blank.nix", "# nothing\n");
  writeFileSync("binary.nix", Buffer.from([0xff, 0xfe, 0]));
  symlinkSync("/etc/hosts", "linked/default.nix");
});
afterAll(() => process.chdir(before));

const hostNameRemedy = "write it without mkDefault, or remove it";
const isItsName = "but nixos-container gives the container's name the same priority";
const pathRemedy = "give the text of a module, or a path that begins with ./, ../ or /";

type Row = [title: string, config: NixosContainerProps["config"], what: string, remedy: string];
const rows: Row[] = [
  ["an empty text", "", "config is empty", "write a NixOS module, such as { services.nginx.enable = true; }"],
  [
    "a comment alone",
    " \n# nothing\n",
    "config is empty",
    "write a NixOS module, such as { services.nginx.enable = true; }",
  ],
  ["an empty object", {}, "config is an empty object", "give it at least one option"],
  [
    "an empty file",
    "./blank.nix",
    "./blank.nix is empty",
    "write a NixOS module, such as { services.nginx.enable = true; }",
  ],
  [
    "null",
    null as never,
    "config is null",
    "give the text or path of a NixOS module, a nix`…` expression, or a plain object",
  ],
  ["a missing file", "./web.nix", "config ./web.nix does not exist", "correct the path: it starts at FOLDER"],
  ["a missing absolute file", "/nowhere/web.nix", "config /nowhere/web.nix does not exist", "correct the path"],
  ["a name that is no path", "web.nix", 'config "web.nix" is neither a module nor a path', pathRemedy],
  [
    "a folder without default.nix",
    "./empty",
    "config ./empty is a folder without a default.nix",
    "add a default.nix that imports its modules, or give the path of one file",
  ],
  [
    "an import that leaves the project",
    "./web",
    "./web/default.nix:2 refers to ../../common.nix, which lies outside the project FOLDER",
    "put a copy into the project: only its files travel",
  ],
  [
    "an import of a missing file",
    "./import.nix",
    "./import.nix:1 refers to ./gone.nix, which does not exist",
    "correct the path, or create the file",
  ],
  [
    "a link out of the folder",
    "./linked",
    "./linked/default.nix is a symbolic link out of the project, to /etc/hosts",
    "put a copy in its place",
  ],
  ["a file that is no text", "./binary.nix", "./binary.nix is not text", "save it as UTF-8"],
  [
    "hostName in an object",
    { networking: { hostName: nix`lib.mkDefault "web"` } },
    `config sets networking.hostName to lib.mkDefault "web", ${isItsName}`,
    hostNameRemedy,
  ],
  [
    "hostName in a text",
    '{ ... }:\n{ networking.hostName = lib.mkDefault "web"; }',
    `line 2 of config sets networking.hostName to lib.mkDefault "web", ${isItsName}`,
    hostNameRemedy,
  ],
  [
    "hostName in a file",
    "./host-name.nix",
    `./host-name.nix:2 sets networking.hostName to lib.mkDefault "web", ${isItsName}`,
    hostNameRemedy,
  ],
  [
    "what goes inside a module",
    "services.nginx.enable = true;",
    "config is no module, but what stands inside one: services.nginx.enable = true;",
    "put it in braces: { … }, or { config, lib, pkgs, ... }: { … }",
  ],
  [
    "an expression that does not end",
    nix`{ a = 1; `,
    "config is not one complete nix expression: { a = 1;",
    "close its brackets, strings and comments, and end it without a semicolon",
  ],
  [
    "a NUL character",
    '{ a = "\0"; }',
    "config contains a NUL character, which Nix cannot hold",
    "remove the NUL character",
  ],
];

test.each(rows)("%s", (_title, config, what, remedy) => {
  const stack = newStack();
  newContainer(stack, newHost(stack), "database", { config });
  const { problems } = refusal(() => synth(stack));
  expect(problems).toEqual([
    {
      code: "config",
      what: what.replace("FOLDER", folder),
      remedy: remedy.replace("FOLDER", folder),
      where: { construct: "prod/database", container: "database", host: "web1" },
    },
  ]);
});

test("the controls: the container's own name as hostName, and a forced one, are not refused", () => {
  const stack = newStack();
  const host = newHost(stack);
  newContainer(stack, host, "web", { config: { networking: { hostName: "web" } } });
  newContainer(stack, host, "other", { config: { networking: { hostName: nix`lib.mkForce "web"` } } });
  newContainer(stack, host, "file", { config: "./common.nix" });
  expect(() => synth(stack)).not.toThrow();
});
