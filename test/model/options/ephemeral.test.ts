import { left, refused } from "./left";

describe("ephemeral", () => {
  test("is an empty root in /run by the drop-in, and no link to a journal that is gone", () => {
    expect(left({ ephemeral: true })).toEqual({
      conf: [],
      flags: ["--link-journal=no"],
      dropIn: ["[Service]", "Environment=root=/run/nixos-containers/%i", "RuntimeDirectory=nixos-containers/%i"],
    });
    expect(left({ ephemeral: false })).toEqual(left({}));
    expect(left({ ephemeral: null as never })).toEqual(left({}));
  });

  test.each<[unknown, string]>([
    ["yes", 'ephemeral is "yes", not a boolean → write ephemeral: true'],
    [1, "ephemeral is 1, not a boolean → write ephemeral: true"],
    [{}, "ephemeral is {}, not a boolean → give a boolean"],
  ])("must not be %j", (ephemeral, words) => expect(refused({ ephemeral })).toEqual([words]));

  test("must not stand beside flags and lines that say something else of its root and journal", () => {
    expect(refused({ ephemeral: true, extraFlags: ["--link-journal=host", "--volatile=overlay"] })).toEqual([
      'extraFlags "--link-journal=host" contradicts ephemeral → say it with ephemeral alone',
      'extraFlags "--volatile=overlay" contradicts ephemeral → say it with ephemeral alone',
    ]);
    expect(refused({ unit: { serviceConfig: { Environment: ["A=b", "root=/srv/x"] } } })).toEqual([
      'unit.serviceConfig.Environment "root=/srv/x" sets root, by which the unit\'s script knows the container → leave it out, or use the option that writes it (ephemeral, network, extraFlags)',
    ]);
    expect(refused({ unit: { serviceConfig: { Environment: "SYSTEMD_NSPAWN_USE_CGNS=0" } } })).toEqual([]);
  });
});
