import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Tells the story on a terminal, or to a file. */
export class Narrator {
  readonly columns: number;
  private readonly lively: boolean;
  private readonly style: ReturnType<typeof pc.createColors>;
  private steps = 0;
  private spinner?: NodeJS.Timeout;
  private broken = false;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    readonly colors = pc.isColorSupported && stream.isTTY,
  ) {
    this.columns = Math.min(100, Math.max(60, stream.columns ?? 100));
    this.lively = stream.isTTY && process.env["TERM"] !== "dumb";
    this.style = pc.createColors(colors);
  }

  title(text: string): void {
    this.print(`\n${this.style.bold(text)}`);
  }

  /** Begins the next numbered step. */
  step(text: string): void {
    const heading = `── ${++this.steps} ── ${text} `;
    this.print(`\n${this.style.bold(this.style.cyan(heading.padEnd(this.columns, "─")))}`);
  }

  /** A paragraph, wrapped. */
  say(text: string): void {
    this.print(`\n${wrap(text, this.columns).join("\n")}`);
  }

  /** Commands as somebody would type them after a prompt. */
  command(prompt: string, ...commands: readonly string[]): void {
    const lines = commands.map((command) => `${this.style.green(prompt)} ${this.style.bold(command)}`);
    this.print(`\n${lines.join("\n")}`);
  }

  /** What a program printed; lines without colours of their own get those of a diff. */
  show(lines: readonly string[]): void {
    for (const line of lines) this.print(`${this.style.dim("│")} ${this.painted(line)}`);
  }

  /** What was left out of a program's output. */
  omit(text: string): void {
    this.print(this.style.dim(`│ … ${text}`));
  }

  /** Something that was looked up and found as told. */
  check(text: string): void {
    const [first = "", ...rest] = wrap(text, this.columns - 4);
    this.print(`  ${this.style.green("✓")} ${[first, ...rest.map((line) => `    ${line}`)].join("\n")}`);
  }

  /** Something that was not as told. */
  fail(text: string): void {
    this.print(`\n${this.style.red("✗")} ${this.style.bold(text)}`);
  }

  /** Breaks off with a last word: the story may run on a little, and is not told any more. */
  breakOff(text: string): void {
    this.hush();
    this.fail(text);
    this.broken = true;
  }

  /** Shows on a terminal that work goes on, until it is done. */
  async during<T>(words: string, work: Promise<T>): Promise<T> {
    if (!this.lively || this.broken) return work;
    const began = Date.now();
    const draw = (): void => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      const frame = frames[Math.floor((Date.now() - began) / 100) % frames.length] ?? "";
      this.stream.write(`\r\u001b[K${this.style.cyan(frame)} ${this.style.dim(`${words} ${seconds} s`)}`);
    };
    this.spinner = setInterval(draw, 100);
    try {
      return await work;
    } finally {
      this.hush();
    }
  }

  /** Takes the spinner away for good. */
  hush(): void {
    if (!this.spinner) return;
    clearInterval(this.spinner);
    this.spinner = undefined;
    this.stream.write("\r\u001b[K");
  }

  private print(text: string): void {
    if (this.broken) return;
    this.stream.write(`${this.spinner ? "\r\u001b[K" : ""}${text}\n`);
  }

  private painted(line: string): string {
    if (!this.colors) return stripVTControlCharacters(line);
    if (stripVTControlCharacters(line) !== line) return line;
    const mark = /^ *(-\/\+|[-+~])(?: |$)/.exec(line)?.[1];
    if (mark === "+") return this.style.green(line);
    if (mark === "-") return this.style.red(line);
    return mark === undefined ? line : this.style.yellow(line);
  }
}

/** Text broken between words into lines of at most so many columns. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
