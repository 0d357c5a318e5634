import { keyed, left, refused } from "./left";

describe("unit", () => {
  test("names units in lists, each once, in one order", () => {
    const unit = {
      after: ["postgresql.service", "network-online.target", "postgresql.service"],
      requires: ["postgresql.service"],
      bindsTo: ["wg0.service"],
      wants: ["network-online.target"],
      partOf: ["pod@web.service"],
    };
    expect(left({ unit }).dropIn).toEqual([
      "[Unit]",
      "Requires=postgresql.service",
      "BindsTo=wg0.service",
      "PartOf=pod@web.service",
      "Wants=network-online.target",
      "After=network-online.target postgresql.service",
    ]);
    const turned = { ...unit, after: [...unit.after].reverse() };
    expect(left({ unit: turned })).toEqual(left({ unit }));
    for (const none of [{}, null, { after: [] }, { after: null, serviceConfig: null }]) {
      expect(left({ unit: none as never })).toEqual(left({}));
    }
  });

  test("names a unit once that another option brings too", () => {
    const network = { interfaces: ["eth1"] };
    const unit = { after: ["network.target", "a.service"], wants: ["sys-subsystem-net-devices-eth1.device"] };
    expect(left({ network, autoStart: true, unit }).dropIn).toEqual([
      "[Unit]",
      "Wants=sys-subsystem-net-devices-eth1.device network.target",
      "After=a.service network.target sys-subsystem-net-devices-eth1.device",
    ]);
  });

  test("has lines of both sections, by key, a list as a line each", () => {
    const unit = {
      unitConfig: { ConditionPathExists: ["/srv/a", "!/srv/off"], StartLimitBurst: 3 },
      serviceConfig: {
        Restart: "on-failure",
        Nice: -5,
        CPUAffinity: "0 1",
        PrivateTmp: true,
        Environment: ["A=1", "B=2"],
      },
    };
    expect(left({ unit }).dropIn).toEqual([
      "[Unit]",
      "ConditionPathExists=/srv/a",
      "ConditionPathExists=!/srv/off",
      "StartLimitBurst=3",
      "[Service]",
      "CPUAffinity=0 1",
      "Environment=A=1",
      "Environment=B=2",
      "Nice=-5",
      "PrivateTmp=true",
      "Restart=on-failure",
    ]);
  });

  test("waits for the mounts of paths, as NixOS writes them: several in a line, or in a list", () => {
    const words = { unit: { unitConfig: { RequiresMountsFor: "/tank/b /tank/a" } } };
    const list = { unit: { unitConfig: { RequiresMountsFor: ["/tank/a", "/tank/b"] } } };
    expect(left(words).dropIn).toEqual(["[Unit]", "RequiresMountsFor=/tank/a /tank/b"]);
    expect(left(list)).toEqual(left(words));
    const bindMounts = { "/a": { hostPath: "/tank/a" } };
    expect(left({ ...list, bindMounts }).dropIn).toEqual(["[Unit]", "RequiresMountsFor=/tank/a /tank/b"]);
  });

  test.each<[unknown, string]>([
    ["after", 'unit is "after", not an object → give an object'],
    [{ after: "a.service" }, 'unit.after is "a.service", not an array → write after: ["a.service"]'],
    [
      { after: ["postgresql"] },
      'unit.after "postgresql" is not the name of a unit → write it with its kind, like "postgresql.service"',
    ],
    [
      { after: ["@a.service"] },
      'unit.after "@a.service" is not the name of a unit → write it like "postgresql.service"',
    ],
    [
      { after: ["a@.service"] },
      'unit.after "a@.service" is not the name of a unit → write it like "postgresql.service"',
    ],
    [{ after: ["a@b.mount"] }, 'unit.after "a@b.mount" is not the name of a unit → write it like "postgresql.service"'],
    [{ after: ["x.conf"] }, 'unit.after "x.conf" is not the name of a unit → write it like "postgresql.service"'],
    [
      { wants: ["a.service b.service"] },
      'unit.wants "a.service b.service" is not the name of a unit → write it like "postgresql.service"',
    ],
    [
      { requires: ["a.service\nAfter=x"] },
      'unit.requires "a.service\\nAfter=x" is not the name of a unit → write it like "postgresql.service"',
    ],
    [{ before: ["a.service"] }, "unit.before is not a setting → write unit: { unitConfig: { Before: … } }"],
    [{ constructor: 1 }, expect.stringMatching(/^unit\.constructor is not a setting → /) as never],
    [
      { serviceConfig: { MemoryMax: "2G" } },
      "unit.serviceConfig.MemoryMax has a setting of its own → write unit.memoryMax",
    ],
    [
      { serviceConfig: { memoryMax: "2G" } },
      "unit.serviceConfig.memoryMax is no key of a unit file → write unit.memoryMax",
    ],
    [{ unitConfig: { After: "a.service" } }, "unit.unitConfig.After has a setting of its own → write unit.after"],
    [{ serviceConfig: { After: "a.service" } }, "unit.serviceConfig.After has a setting of its own → write unit.after"],
    [
      { serviceConfig: { RequiresMountsFor: "/a" } },
      "unit.serviceConfig.RequiresMountsFor is of the section [Unit], and ignored here → write it in unit.unitConfig",
    ],
    [
      { serviceConfig: { StartLimitIntervalSec: 0 } },
      "unit.serviceConfig.StartLimitIntervalSec is of the section [Unit], and ignored here → write it in unit.unitConfig",
    ],
    [
      { serviceConfig: { ConditionPathExists: "/a" } },
      "unit.serviceConfig.ConditionPathExists is of the section [Unit], and ignored here → write it in unit.unitConfig",
    ],
    [
      { unitConfig: { Restart: "always" } },
      "unit.unitConfig.Restart is of the section [Service], and ignored here → write it in unit.serviceConfig",
    ],
    [
      { unitConfig: { LimitNOFILE: 5 } },
      "unit.unitConfig.LimitNOFILE is of the section [Service], and ignored here → write it in unit.serviceConfig",
    ],
    [
      { unitConfig: { RequiresMountsFor: "tank" } },
      'unit.unitConfig.RequiresMountsFor "tank" is not absolute → give the absolute path of a directory on the host, like "/tank/data"',
    ],
    [
      { serviceConfig: { ExecStart: "/bin/sh" } },
      "unit.serviceConfig.ExecStart is what makes the unit that of a container → leave it out",
    ],
    [
      { serviceConfig: { restrat: "no" } },
      "unit.serviceConfig.restrat is no key of a unit file → did you mean Restart?",
    ],
    [
      { serviceConfig: { "X-Foo": "no" } },
      'unit.serviceConfig.X-Foo is no key of a unit file → write it like "Restart"',
    ],
    [
      { serviceConfig: { Restart: "no\nExecStart=/bin/sh" } },
      'unit.serviceConfig.Restart "no\\nExecStart=/bin/sh" cannot be the value of a line → give it without line breaks, and without white space at its ends',
    ],
    [
      { serviceConfig: { Restart: "" } },
      'unit.serviceConfig.Restart "" cannot be the value of a line → give it without line breaks, and without white space at its ends',
    ],
    [
      { serviceConfig: { Restart: "no\\" } },
      'unit.serviceConfig.Restart "no\\\\" cannot be the value of a line → give it without line breaks, and without white space at its ends',
    ],
    [{ serviceConfig: { Restart: {} } }, "unit.serviceConfig.Restart is {}, not a string → give a string"],
    [
      { serviceConfig: { Restart: [true] } },
      "unit.serviceConfig.Restart[0] is true, not a string or number → give a string or number",
    ],
    [
      { serviceConfig: keyed("__proto__", {}) },
      "unit.serviceConfig.__proto__ is a name that JavaScript keeps for itself → call it otherwise",
    ],
  ])("must not be %j", (unit, words) => expect(refused({ unit })).toEqual([words]));
});

describe("the limits of a unit", () => {
  test("are lines of the unit by the names of systemd, in one order", () => {
    const unit = {
      ioWeight: 50,
      tasksMax: "10%",
      cpuWeight: 10000,
      cpuQuota: "250%",
      memoryHigh: 1073741824,
      memoryMax: "2G",
    };
    expect(left({ unit }).dropIn).toEqual([
      "[Service]",
      "MemoryMax=2G",
      "MemoryHigh=1073741824",
      "CPUQuota=250%",
      "CPUWeight=10000",
      "TasksMax=10%",
      "IOWeight=50",
    ]);
    expect(left({ unit: { memoryMax: "infinity", tasksMax: "infinity" } }).dropIn).toEqual([
      "[Service]",
      "MemoryMax=infinity",
      "TasksMax=infinity",
    ]);
  });

  const size = '"512M", "2G", "25%" or a number of bytes';
  const weight = "a whole number from 1 to 10000";
  test.each<[string, unknown, string]>([
    ["memoryMax", "lots", `unit.memoryMax "lots" is no such limit → give ${size}`],
    ["memoryMax", "512MB", `unit.memoryMax "512MB" is no such limit → give ${size}`],
    ["memoryMax", "512m", `unit.memoryMax "512m" is no such limit → give ${size}`],
    ["memoryMax", "2 G", `unit.memoryMax "2 G" is no such limit → give ${size}`],
    ["memoryMax", "0", `unit.memoryMax "0" is no such limit → give ${size}`],
    ["memoryMax", "101%", `unit.memoryMax "101%" is no such limit → give ${size}`],
    ["memoryMax", -1, `unit.memoryMax -1 is no such limit → give ${size}`],
    ["memoryMax", 1e21, `unit.memoryMax 1e+21 is no such limit → give ${size}`],
    ["memoryMax", "99999999T", `unit.memoryMax "99999999T" is no such limit → give ${size}`],
    [
      "memoryMax",
      512,
      'unit.memoryMax 512 is so many bytes, in which no system runs → write it with its unit, like "512M"',
    ],
    [
      "memoryHigh",
      "64K",
      'unit.memoryHigh "64K" is so many bytes, in which no system runs → write it with its unit, like "512M"',
    ],
    ["cpuQuota", 50, 'unit.cpuQuota 50 is no such limit → give "50%", of one processor'],
    ["cpuQuota", "0%", 'unit.cpuQuota "0%" is no such limit → give "50%", of one processor'],
    ["cpuQuota", "half", 'unit.cpuQuota "half" is no such limit → give "50%", of one processor'],
    ["cpuWeight", 0, `unit.cpuWeight 0 is no such limit → give ${weight}`],
    ["cpuWeight", 10001, `unit.cpuWeight 10001 is no such limit → give ${weight}`],
    ["cpuWeight", "0100", `unit.cpuWeight "0100" is no such limit → give ${weight}`],
    ["ioWeight", 1.5, `unit.ioWeight 1.5 is no such limit → give ${weight}`],
    ["tasksMax", "many", 'unit.tasksMax "many" is no such limit → give a whole number, or "10%"'],
    ["tasksMax", true, "unit.tasksMax is true, not a number or string → give a number or string"],
  ])("must not be %s: %p", (setting, value, words) => {
    expect(refused({ unit: { [setting]: value } })).toEqual([words]);
  });
});
