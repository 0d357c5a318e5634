import { nix } from "../../src/nix";
import { fc } from "../support/properties";
import { Folder } from "./folder";
import { describeWithNix, evaluate } from "./with-nix";

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

/** The text of a config object, without the function's head. */
function body(config: object): string {
  const { files, problems } = folder.read(config);
  expect(problems).toEqual([]);
  return files[0].text.replace(/^[^\n]*\n/, "").trim();
}

const notesOf = (config: object): readonly string[] => folder.read(config).notes ?? [];

describe("F4: a dotted name in a config object", () => {
  test.each<[object, object]>([
    [{ "services.jellyfin.enable": true }, { services: { jellyfin: { enable: true } } }],
    [{ services: { "jellyfin.enable": true } }, { services: { jellyfin: { enable: true } } }],
    [{ config: { "services.jellyfin.enable": true } }, { config: { services: { jellyfin: { enable: true } } } }],
    [
      { config: { services: { "a.enable": true, "a.port": 1 } } },
      { config: { services: { a: { enable: true, port: 1 } } } },
    ],
    [{ "users.users": { "a.b": { uid: 1 } } }, { users: { users: { "a.b": { uid: 1 } } } }],
    [{ users: { "users.alice.uid": 1 } }, { users: { users: { alice: { uid: 1 } } } }],
    [
      { users: { users: { alice: { "openssh.authorizedKeys.keys": ["k"] } } } },
      { users: { users: { alice: { openssh: { authorizedKeys: { keys: ["k"] } } } } } },
    ],
    [
      { systemd: { services: { "foo@bar": { "serviceConfig.MemoryMax": "1G" } } } },
      { systemd: { services: { "foo@bar": { serviceConfig: { MemoryMax: "1G" } } } } },
    ],
    [{ networking: { "firewall.enable": false } }, { networking: { firewall: { enable: false } } }],
    [
      { 'environment.etc."foo.conf".text': "x", "networking.hosts": { "10.0.0.1": ["a"] } },
      { environment: { etc: { "foo.conf": { text: "x" } } }, networking: { hosts: { "10.0.0.1": ["a"] } } },
    ],
    [{ "services.a-b'c.enable": true }, { services: { "a-b'c": { enable: true } } }],
    [{ "services.x.enable": undefined, services: { y: 1 } }, { services: { y: 1 } }],
  ])("is a path in %j", (dotted, nested) => {
    expect(body(dotted)).toBe(body(nested));
    expect(notesOf(dotted)).toEqual([]);
  });

  test.each<[object, string]>([
    [{ environment: { etc: { "foo.conf": { text: "x" } } } }, '"foo.conf" = {'],
    [{ services: { nginx: { virtualHosts: { "example.org": { root: "/x" } } } } }, '"example.org" = {'],
    [{ users: { users: { "a.b": { uid: 1 } } } }, '"a.b" = {'],
    [{ systemd: { services: { "foo@bar.baz": { enable: true } } } }, '"foo@bar.baz" = {'],
    [{ networking: { hosts: { "10.0.0.1": ["a"] } } }, '"10.0.0.1" = '],
    [{ boot: { kernel: { sysctl: { "net.ipv4.ip_forward": 1 } } } }, '"net.ipv4.ip_forward" = 1'],
    [{ services: { grafana: { settings: { "auth.anonymous": { enabled: true } } } } }, '"auth.anonymous" = {'],
    [{ fileSystems: { "/srv/a.b": { device: "x" } } }, '"/srv/a.b" = {'],
    [{ security: { acme: { certs: { "example.org": { email: "x" } } } } }, '"example.org" = {'],
    [{ services: { "github-runners": { "my.repo": { enable: true } } } }, '"my.repo" = {'],
    [{ programs: { git: { config: { "url.x": 1 } } } }, '"url.x" = 1'],
    [{ services: { syncthing: { settings: { folders: { "a.b": 1 } } } } }, '"a.b" = 1'],
    [{ services: { x: { list: [{ "a.b": 1 }] } } }, '"a.b" = 1'],
  ])("is one name where files, hosts and users are named: %j", (config, text) => {
    expect(body(config)).toContain(text);
    expect(notesOf(config)).toEqual([]);
  });

  test("is one name, with a note, where it is not known which is meant", () => {
    const config = { services: { foo: { bar: { "a.b": 1 } } }, myOrg: { "site.name": "x" } };
    expect(body(config)).toContain('"a.b" = 1');
    expect(notesOf(config)).toEqual([
      'config.services.foo.bar."a.b" is one name with dots in it; if a path is meant, nest objects: { a: { b: … } }',
      'config.myOrg."site.name" is one name with dots in it; if a path is meant, nest objects: { site: { name: … } }',
    ]);
  });

  test.each<[object, string]>([
    [
      { services: { nginx: { "virtualHosts.web": {} } } },
      'config.services.nginx has the name "virtualHosts.web", which may be a path or one name → nest objects for a path ({ virtualHosts: { web: … } }); for one name write \'services.nginx."virtualHosts.web"\' at the top of config',
    ],
    [
      { "networking.hosts.10.0.0.1": ["a"] },
      'config has the name "networking.hosts.10.0.0.1", which is no path of options → nest objects, or quote the part that has a dot or another special character, as in \'environment.etc."a.conf".text\'',
    ],
    [
      { networking: { "hosts.10.0.0.1": ["a"] } },
      'config.networking has the name "hosts.10.0.0.1", which is no path of options',
    ],
    [{ "services.": 1 }, 'config has the name "services.", which is no path of options'],
    [{ ".services": 1 }, 'config has the name ".services", which is no path of options'],
    [{ "services..x": 1 }, 'config has the name "services..x", which is no path of options'],
    [{ "services.${x}.y": 1 }, 'config has the name "services.${x}.y", which is no path of options'],
    [
      { "services.x": 1, services: { x: 2 } },
      "config.services.x is given twice → give it once, or put what it holds into one object",
    ],
    [{ "services.x": nix`{ }`, services: { x: { a: 1 } } }, "config.services.x is given twice"],
    [{ services: nix`{ }`, "services.x.a": 1 }, "config.services is given twice"],
    [{ "a.b": 1, "a.b.c": 1 }, "config.a.b is given twice"],
  ])("is refused in %j", (config, flaw) => {
    expect(folder.flaws(config)).toHaveLength(1);
    expect(folder.flaws(config)[0]).toContain(flaw);
  });

  test("may begin with a quoted name", () => {
    expect(body({ '"a.b".c': 1 })).toBe('{\n  "a.b" = {\n    c = 1;\n  };\n}');
  });

  test("is merged with what stands beside it, in the order of writing", () => {
    const config = { "services.a.x": 1, services: { b: 2, a: { y: 3 } }, "services.a.z": 4, other: true };
    expect(body(config)).toBe(body({ services: { a: { x: 1, y: 3, z: 4 }, b: 2 }, other: true }));
  });

  test.each<[object, object]>([
    [{ imports: [{ "services.x.enable": true }] }, { imports: [{ services: { x: { enable: true } } }] }],
    [
      { imports: [{ config: { "services.x.enable": true } }] },
      { imports: [{ config: { services: { x: { enable: true } } } }] },
    ],
    [
      { imports: [nix`./a.nix`, { imports: [{ services: { "x.enable": true } }], "a.b": 1 }] },
      { imports: [nix`./a.nix`, { imports: [{ services: { x: { enable: true } } }], a: { b: 1 } }] },
    ],
  ])("is a path in the modules of imports: %j", (dotted, nested) => {
    folder.write({ "a.nix": "{ }" });
    const text = (config: object): string | undefined => {
      const { files, problems } = folder.read(config);
      expect(problems).toEqual([]);
      return files.find(({ path }) => path === "configuration.nix")?.text;
    };
    expect(text(dotted)).toBe(text(nested));
    expect(notesOf(dotted)).toEqual([]);
  });

  test("is told with its place in the modules of imports", () => {
    const imports = [{}, { "a.b": 1, a: { b: 2 } }, { imports: [{ services: { nginx: { "virtualHosts.web": {} } } }] }];
    expect(folder.flaws({ imports })).toEqual([
      "config.imports[1].a.b is given twice → give it once, or put what it holds into one object",
      'config.imports[2].imports[0].services.nginx has the name "virtualHosts.web", which may be a path or one name → nest objects for a path ({ virtualHosts: { web: … } }); for one name write \'services.nginx."virtualHosts.web"\' at the top of config.imports[2].imports[0]',
    ]);
    expect(notesOf({ imports: [{ myOrg: { "site.name": "x" } }] })).toEqual([
      'config.imports[0].myOrg."site.name" is one name with dots in it; if a path is meant, nest objects: { site: { name: … } }',
    ]);
  });

  test("is left alone in an object that holds itself, whose cycle is told", () => {
    const config: Record<string, unknown> = { services: {} };
    (config["services"] as Record<string, unknown>)["x"] = config;
    expect(folder.flaws(config)[0]).toContain("config.services.x refers back to config");
  });
});

describe("F4: a path in the imports of a config object", () => {
  test.each([
    ["./a.nix", "write nix`./a.nix`: then the file comes along"],
    ["../a.nix", "write nix`../a.nix`: then the file comes along"],
    ["a.nix", "write nix`./a.nix`: then the file comes along"],
    ["modules/web", "write nix`./modules/web`: then the file comes along"],
    [".", "write nix`./.`: then the file comes along"],
    ["..", "write nix`../.`: then the file comes along"],
    ["~/a.nix", "put the file into the project, and write its path as in nix`./a.nix`: then it comes along"],
  ])("is refused as the string %j, with how to write it", (path, remedy) => {
    const said = `is the string ${JSON.stringify(path)}, which NixOS does not take for a path → ${remedy}`;
    expect(folder.flaws({ imports: [path] })).toEqual([`config.imports[0] ${said}`]);
    const imports = [nix`{ }`, { imports: [path], a: 1 }];
    expect(folder.flaws({ imports })).toEqual([`config.imports[1].imports[0] ${said}`]);
  });

  test("is taken as an absolute string, and as nix", () => {
    folder.write({ "a.nix": "{ }" });
    const read = folder.read({ imports: ["/etc/nixos/a.nix", nix`./a.nix`] });
    expect(read).toMatchObject({ problems: [], paths: ["a.nix", "configuration.nix"] });
    expect(folder.flaws({ services: { x: { imports: ["./a.nix"] } } })).toEqual([]);
  });

  test("is not quoted where it is only known after apply", () => {
    expect(folder.flaws({ imports: ["./${TfToken[TOKEN.0]}"] })).toEqual([
      expect.stringMatching(/^config\.imports\[0\] holds a value that is only known after apply/),
    ]);
  });
});

describeWithNix("F4, with nix: dotted names at the top", () => {
  test("mean what the same text means to nix", () => {
    const part = fc.constantFrom("a", "b", "c-d", "e'", '"x.y"', '"q\\"\\\\"', '"$"');
    const path = fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 4 }), (paths) => {
        const config = Object.fromEntries(paths.map((name, index) => [`top.${name}`, index]));
        const text = `{ ${paths.map((name, index) => `top.${name} = ${index};`).join(" ")} }`;
        const { files, problems } = folder.read(config);
        let meant: unknown;
        try {
          meant = evaluate(text);
        } catch {
          expect(problems.map(({ what }) => what)).toEqual([expect.stringContaining("is given twice")]);
          return;
        }
        expect(problems).toEqual([]);
        expect(
          evaluate(`import ./config.nix { config = 1; lib = 1; pkgs = 1; }`, { "config.nix": files[0].text }),
        ).toEqual(meant);
      }),
      { numRuns: 25 },
    );
  });
});
