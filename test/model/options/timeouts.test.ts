import { left, refused } from "./left";

const form = 'write it like "5min", "1h 30min" or "90s"; "24h" is the most';

describe("timeoutStartSec", () => {
  test.each<[string | number, number]>([
    ["5min", 300],
    ["1h 30min", 5400],
    ["90s", 90],
    ["90", 90],
    [90, 90],
    ["1d", 86400],
    [" 2 minutes ", 120],
  ])("%j is as many seconds of the unit", (timeoutStartSec, seconds) => {
    expect(left({ timeoutStartSec }).dropIn).toEqual(["[Service]", `TimeoutStartSec=${seconds}`]);
    expect(left({ timeoutStartSec })).toEqual(left({ timeouts: { start: seconds } }));
  });

  test.each(["", "0", 0, "infinity", "1 constructor", "1.5min", "500ms", "2d", "5 min,", "-5", "1month"])(
    "must not be %j",
    (timeoutStartSec) =>
      expect(refused({ timeoutStartSec })).toEqual([
        `timeoutStartSec ${JSON.stringify(timeoutStartSec)} is not a time span of whole seconds from 1 s to a day → ${form}`,
      ]),
  );

  test("must not stand beside timeouts.start, and nothing beside a flag of the unit's", () => {
    expect(refused({ timeoutStartSec: "1min", timeouts: { start: 60 } })).toEqual([
      "timeoutStartSec and timeouts.start are both given → keep one of the two",
    ]);
    expect(refused({ unit: { serviceConfig: { TimeoutStartSec: "5min" } } })).toEqual([
      "unit.serviceConfig.TimeoutStartSec has a setting of its own → write timeouts.start",
    ]);
    expect(refused({ timeoutStartSec: true })).toEqual([
      "timeoutStartSec is true, not a number or string → give a number or string",
    ]);
    expect(left({ timeoutStartSec: null as never })).toEqual(left({}));
  });
});
