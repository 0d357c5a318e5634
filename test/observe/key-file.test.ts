import { execFileSync } from "node:child_process";
import { fingerprint, keyFile } from "../../src/observe/key-file";
import { describeWith } from "../support/tools";
import { Bench, publicKey } from "./sshd";

describeWith("ssh-keygen", "a private key file", () => {
  const bench = new Bench();
  afterAll(() => bench.close());

  it.each([
    ["ed25519", "RFC4716"],
    ["rsa", "RFC4716"],
    ["rsa", "PEM"],
    ["rsa", "PKCS8"],
    ["ecdsa", "PEM"],
    ["ecdsa", "PKCS8"],
  ])("of type %s and form %s tells whether it is encrypted", async (type, form) => {
    for (const [passphrase, kind] of [
      ["", "plain"],
      ["secret-word", "encrypted"],
    ] as const) {
      const file = bench.key(`${type}-${form}-${kind}`, { type, passphrase });
      execFileSync("ssh-keygen", ["-q", "-p", "-P", passphrase, "-N", passphrase, "-m", form, "-f", file]);
      expect(await keyFile(file)).toBe(kind);
    }
  });

  it("is unreadable when it is none", async () => {
    expect(await keyFile("/no/such/file")).toBe("unreadable");
    expect(await keyFile(bench.write("text", "hello"))).toBe("unreadable");
    expect(await keyFile(`${bench.key("pair")}.pub`)).toBe("unreadable");
  });

  it("has the fingerprint that ssh-keygen tells", () => {
    const file = bench.key("printed");
    const told = execFileSync("ssh-keygen", ["-l", "-f", file], { encoding: "utf8" });
    expect(told.split(" ")[1]).toBe(fingerprint(publicKey(file)));
  });
});
