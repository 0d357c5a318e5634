/** Where a spinner is drawn. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Shows that work goes on, with the seconds it has taken, while a promise is pending; silent where there is no terminal. */
export async function spinWhile<T>(words: string, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  if (terminal.isTTY !== true || process.env["TERM"] === "dumb") return work();
  const began = Date.now();
  let turn = 0;
  const draw = (): void => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    terminal.write(`\r\u001b[K${frames[turn++ % frames.length] ?? ""} ${words}${seconds > 0 ? ` ${seconds} s` : ""}`);
  };
  draw();
  const timer = setInterval(draw, 100);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    terminal.write("\r\u001b[K");
  }
}
