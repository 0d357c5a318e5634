import { chmodSync, readdirSync } from "node:fs";
import os from "node:os";
import { checkSyntax } from "../../src/nix";
import { Folder } from "./folder";
import { describeWithNix } from "./with-nix";

const where = { construct: "stack/web", container: "web" };
const good = "{ pkgs, ... }: { a = [ pkgs.vim ./x.nix <nixpkgs> ]; }";

function checked(texts: Readonly<Record<string, string>>): ReturnType<typeof checkSyntax> {
  return checkSyntax(Object.entries(texts).map(([path, text]) => ({ path, text, where })));
}

describeWithNix("checkSyntax", () => {
  test("has nothing against good files, or none", () => {
    expect([checked({ "a.nix": good, "b.nix": good }), checked({})]).toEqual([[], []]);
  });

  test("reports each bad file in nix's own words, with the file's own path", () => {
    const problems = checked({
      "a.nix": good,
      "b/twice.nix": "{\n  a = 1;\n  a = 2;\n}",
      "open.nix": "{ a = 1;",
      "same.nix": "{ a = 1;",
      "unknown.nix": "\n\n{ a = b; }",
      "z.nix": good,
    });
    expect(problems?.map(({ what }) => what)).toEqual([
      "b/twice.nix:2 is not valid Nix",
      "open.nix:1 is not valid Nix",
      "same.nix:1 is not valid Nix",
      "unknown.nix:3 is not valid Nix",
    ]);
    expect(problems?.[0]).toMatchObject({ code: "config", where, remedy: "correct the line that nix names" });
    expect(problems?.[0]?.detail).toContain("attribute 'a' already defined at b/twice.nix:2:3");
    expect(JSON.stringify(problems)).not.toContain(os.tmpdir());
  });

  test("leaves nothing behind", () => {
    const folder = new Folder();
    const elsewhere = jest.spyOn(os, "tmpdir").mockReturnValue(folder.path);
    try {
      expect(checked({ "a.nix": "{" })).toHaveLength(1);
      expect(elsewhere).toHaveBeenCalled();
      expect(readdirSync(folder.path)).toEqual([]);
    } finally {
      elsewhere.mockRestore();
      folder.remove();
    }
  });

  test("copes with a thousand files, some of them bad", () => {
    const files = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`${index}.nix`, index % 400 === 7 ? `{ a = ${index}` : `${index}`]),
    );
    expect(checked(files)?.map(({ what }) => what)).toEqual(
      ["7.nix:1", "407.nix:1", "807.nix:1"].map((place) => `${place} is not valid Nix`),
    );
  });
});

describe("checkSyntax without a nix that works", () => {
  const path = process.env["PATH"];
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => {
    process.env["PATH"] = path;
    folder.remove();
  });

  test("says nothing when there is none", () => {
    process.env["PATH"] = folder.path;
    expect(checked({ "a.nix": "{" })).toBeUndefined();
  });

  test("says nothing when it complains of something other than the files", () => {
    folder.write({ "nix-instantiate": "#!/bin/sh\necho 'error: unknown store dummy://' >&2\nexit 1\n" });
    chmodSync(`${folder.path}/nix-instantiate`, 0o755);
    process.env["PATH"] = `${folder.path}:${path}`;
    expect(checked({ "a.nix": "{" })).toBeUndefined();
  });
});
