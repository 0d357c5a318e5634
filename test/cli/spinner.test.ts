import { spinWhile } from "../../src/cli/spinner";

function terminal(isTTY: boolean): { readonly isTTY: boolean; readonly text: () => string; write(text: string): void } {
  let all = "";
  return { isTTY, text: () => all, write: (text) => void (all += text) };
}

const later = (milliseconds: number): Promise<string> =>
  new Promise((resolve) => setTimeout(() => resolve("done"), milliseconds));

describe("the spinner", () => {
  test("turns while work goes on, tells the seconds, and leaves a clean line", async () => {
    const screen = terminal(true);
    expect(await spinWhile("working", screen, () => later(1150))).toBe("done");
    expect(screen.text()).toContain("⠋ working");
    expect(screen.text()).toContain("working 1 s");
    expect(screen.text().endsWith("\r\u001b[K")).toBe(true);
  });

  test("leaves a clean line when the work fails", async () => {
    const screen = terminal(true);
    await expect(spinWhile("working", screen, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(screen.text().endsWith("\r\u001b[K")).toBe(true);
  });

  test("is silent where there is no terminal", async () => {
    const screen = terminal(false);
    await spinWhile("working", screen, () => later(120));
    expect(screen.text()).toBe("");
  });
});
