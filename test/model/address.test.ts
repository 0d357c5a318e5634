import { addressText, tryParseAddress, tryParseMac } from "../../src/model/address";
import { isInterfaceName } from "../../src/model/interface-name";

describe("an address", () => {
  test.each([
    ["10.0.0.1", { family: "ipv4", text: "10.0.0.1" }],
    ["10.0.0.1/24", { family: "ipv4", text: "10.0.0.1", prefix: 24 }],
    ["0.0.0.0/0", { family: "ipv4", text: "0.0.0.0", prefix: 0 }],
    ["FD00:0::2", { family: "ipv6", text: "fd00::2" }],
    ["fd00::2/64", { family: "ipv6", text: "fd00::2", prefix: 64 }],
    ["::1/128", { family: "ipv6", text: "::1", prefix: 128 }],
  ])("may be written %s, and is brought to one form", (value, address) => {
    expect(tryParseAddress(value)).toEqual(address);
  });

  test.each([
    "",
    "10.0.0",
    "10.0.0.256",
    "010.0.0.1",
    "10.0.0.01",
    "0x0a.0.0.1",
    "167772161",
    "10.0.0.1/33",
    "10.0.0.1/",
    "10.0.0.1/24/24",
    "10.0.0.1 ",
    "10.0.0.1\n",
    "fd00::1%eth0",
    "fd00:::1",
    "fd00::1/129",
    "example.org",
  ])("is not %j", (value) => {
    expect(tryParseAddress(value)).toBeUndefined();
  });

  test("is written with its prefix if it has one", () => {
    expect(["10.0.0.1/24", "FD00::1/64", "10.0.0.1"].map((value) => addressText(tryParseAddress(value)!))).toEqual([
      "10.0.0.1/24",
      "fd00::1/64",
      "10.0.0.1",
    ]);
  });
});

test("a MAC address is six pairs of one interface, in lower case", () => {
  expect(tryParseMac("02:00:00:00:AB:01")).toBe("02:00:00:00:ab:01");
  for (const value of [
    "",
    "02:00:00:00:00",
    "02-00-00-00-00-01",
    "01:00:00:00:00:01",
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "02:00:00:00:00:01\n",
  ]) {
    expect(tryParseMac(value)).toBeUndefined();
  }
});

test("an interface has a name of at most fifteen characters that the kernel takes", () => {
  for (const value of ["eth0", "br-lan", "enp1s0.42", "x".repeat(15)]) expect(isInterfaceName(value)).toBe(true);
  for (const value of ["", "x".repeat(16), "eth 0", "eth0\n", "eth/0", "-eth0", "eth0;reboot", "$x"]) {
    expect(isInterfaceName(value)).toBe(false);
  }
});
