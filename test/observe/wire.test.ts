import { fc } from "../support/properties";
import { decode, encode } from "../../src/observe/wire";

it("what goes to the child process and back is the same", () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const map = fc.array(fc.tuple(fc.string(), fc.option(leaf, { nil: undefined }))).map((entries) => new Map(entries));
  const value = fc.record({
    text: leaf,
    list: fc.array(map),
    map: fc.array(fc.tuple(fc.string(), map)).map((e) => new Map(e)),
  });
  fc.assert(fc.property(value, (sent) => expect(decode(encode(sent))).toEqual(sent)));
});
