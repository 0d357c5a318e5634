import { fc } from "../support/properties";
import { findFrame } from "../../src/observe/frame";

const begin = "@cdktf-nixos 1 abc begin";
const end = "@cdktf-nixos 1 abc end";
const find = (text: string): ReturnType<typeof findFrame> => findFrame(Buffer.from(text), "abc");

describe("the frame of a probe's output", () => {
  it("is found whatever stands around it", () => {
    const noise = fc.string().filter((text) => !text.includes("@"));
    const lines = fc.array(fc.string().map((text) => text.replace(/[^ -~]/g, "")));
    fc.assert(
      fc.property(noise, lines, noise, fc.constantFrom("\n", "\r\n"), (before, body, after, ending) => {
        const text = [before + begin, ...body, end + after].join(ending);
        const frame = find(text);
        const records = frame.kind === "complete" && frame.lines.filter((line) => !line.startsWith("host\ttrouble\t"));
        expect(records).toEqual(body);
      }),
    );
  });

  it("tells of what was printed before it, which breaks Terraform's uploads, and not of what came after", () => {
    const noisy = find(`\r\n\tWelcome!\tto web1\n\n${begin}\n${end}\nBye\n`);
    expect(noisy).toEqual({ kind: "complete", lines: ["host\ttrouble\tnoisy-shell Welcome!"] });
    expect(find(`\n${begin}\n${end}\nBye\n`)).toEqual({ kind: "complete", lines: [] });
  });

  it("is not ended by its end in the middle of a line, nor by another nonce", () => {
    const lines = [`state\tx\tconf\t${end}`, "@cdktf-nixos 1 abd end"];
    expect(find([begin, ...lines, end, ""].join("\n"))).toEqual({ kind: "complete", lines });
  });

  it("keeps a carriage return that the host itself wrote", () => {
    expect(find(`${begin}\na\r\n${end}\n`)).toEqual({ kind: "complete", lines: ["a\r"] });
  });

  it("is none, cut, or of another version", () => {
    expect(find("")).toEqual({ kind: "none" });
    expect(find(begin)).toEqual({ kind: "none" });
    expect(find(`${begin}\nhost\tx`)).toEqual({ kind: "cut" });
    expect(find(`@cdktf-nixos 12 abc begin\n`)).toEqual({ kind: "version", version: "12" });
    expect(find(`${begin}\n${end}`)).toEqual({ kind: "complete", lines: [] });
  });
});
