import { confEntries } from "../../../src/model/conf";
import { parseSettings } from "../../../src/model/container";
import { refused } from "./left";

const conf = (settings: object): string | undefined =>
  confEntries(parseSettings("web", settings, {}, [])).get("COPY_RESOLV_CONF");

test("copyResolvConf is on unless it is false, as it was before it could be said", () => {
  expect([conf({}), conf({ copyResolvConf: true }), conf({ copyResolvConf: null })]).toEqual(["1", "1", "1"]);
  expect(conf({ copyResolvConf: false })).toBeUndefined();
  expect(refused({ copyResolvConf: "no" })).toEqual([
    'copyResolvConf is "no", not a boolean → write copyResolvConf: false',
  ]);
});

test("restartIfChanged is on unless it is false, and leaves nothing on the host", () => {
  const parsed = (settings: object) => parseSettings("web", settings, {}, []);
  expect(parsed({ restartIfChanged: false }).restartIfChanged).toBe(false);
  expect(parsed({ restartIfChanged: null }).restartIfChanged).toBe(true);
  expect(confEntries(parsed({ restartIfChanged: false }))).toEqual(confEntries(parsed({})));
  expect(refused({ restartIfChanged: 0 })).toEqual([
    "restartIfChanged is 0, not a boolean → write restartIfChanged: false",
  ]);
});
