import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { terraformAddresses } from "../../src/observe/name-service";

describe("A7: the names that Terraform can look up", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "names-test-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const zone: Readonly<Record<string, readonly string[]>> = {
    "web1.example.org": ["10.0.0.1", "fd00::1"],
    "web2.lan.example.org": ["10.0.0.2"],
  };
  let asked: string[] = [];
  const find = (
    name: string,
    resolv = "",
    platform: NodeJS.Platform = "linux",
  ): ReturnType<typeof terraformAddresses> => {
    asked = [];
    return terraformAddresses(name, {
      hostsFile: file("hosts", "# web9 is gone\n127.0.0.1\tlocalhost\n10.0.0.9 db.lan DB # not other\n10.0.0.8 db\n"),
      resolvConf: file("resolv", resolv),
      platform,
      ask: (whole) => {
        asked.push(whole);
        return Promise.resolve(zone[whole] ?? []);
      },
    });
  };

  it("are those of the hosts file, before anybody is asked", async () => {
    expect(await find("db")).toEqual(["10.0.0.9", "10.0.0.8"]);
    expect(await find("DB.lan.")).toEqual(["10.0.0.9"]);
    expect(asked).toEqual([]);
    for (const name of ["web9", "other", "10.0.0.9"]) expect(await find(name)).toEqual([]);
  });

  it("are those of DNS, with the search list of resolv.conf", async () => {
    expect(await find("web1.example.org")).toEqual(["10.0.0.1", "fd00::1"]);
    expect(await find("web2")).toEqual([]);
    const search = "nameserver 10.0.0.53\nsearch example.org lan.example.org\n";
    expect(await find("web2", search)).toEqual(["10.0.0.2"]);
    expect(asked).toEqual(["web2.example.org", "web2.lan.example.org"]);
    expect(await find("web2.lan", `${search}options timeout:1 ndots:2\n`)).toEqual(["10.0.0.2"]);
    expect(asked).toEqual(["web2.lan.example.org"]);
    expect(await find("web2.", search)).toEqual([]);
    expect(asked).toEqual(["web2."]);
  });

  it("are not told where Terraform asks the system, as ssh does", async () => {
    expect(await find("web1.local", "", "darwin")).toBeUndefined();
    expect(await find("web1.local")).toEqual([]); // the control
  });
});
