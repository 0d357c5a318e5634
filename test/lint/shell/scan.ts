/** What a text in POSIX sh does with variables and commands, in the order of the text. */
export interface ShellEvent {
  /** `get` and `set` of a variable (`1`, `@`, `*` are arguments), or the name of a command at its place. */
  readonly kind: "get" | "set" | "call";
  readonly name: string;
  /** Where the name stands in the text. */
  readonly at: number;
  /** Whether it happens in a subshell, so that nothing of it reaches the function around it. */
  readonly apart: boolean;
  /** Of a call: whether its exit status is looked at. */
  readonly tested?: boolean;
}

const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const keywords = new Set(["if", "elif", "while", "until", "then", "do", "else", "{", "!", "fi", "done", "esac", "}"]);
const conditions = new Set(["if", "elif", "while", "until"]);
/** Commands whose arguments are names of variables. */
const setters = new Set(["read", "export", "unset"]);

/** Reads the part of the shell's language that the programs are written in: no backquotes, no $'…'. */
export function scanShell(text: string): ShellEvent[] {
  const events: { -readonly [Key in keyof ShellEvent]: ShellEvent[Key] }[] = [];
  const heredocs: { end: string; raw: boolean }[] = [];
  let i = 0;

  const wordAt = (): string => {
    name.lastIndex = i;
    return name.exec(text)?.[0] ?? "";
  };
  const event = (kind: ShellEvent["kind"], what: string, at: number, apart: boolean, tested?: boolean): void => {
    events.push({ kind, name: what, at, apart, ...(tested !== undefined && { tested }) });
  };

  /** `$…`, with `i` on the sign. */
  function expansion(apart: boolean): void {
    i++;
    if (text.startsWith("((", i)) {
      i += 2;
      arithmetic(apart);
    } else if (text[i] === "(") {
      i++;
      commands(true);
    } else if (text[i] === "{") {
      i++;
      if (text[i] === "#" && text[i + 1] !== "}") i++;
      const at = i;
      const found = wordAt() || (text[i] ?? "");
      event("get", found, at, apart);
      i += found.length;
      if (/^:?=/.test(text.slice(i, i + 2))) event("set", found, at, apart);
      while (text[i] !== "}") piece(apart);
      i++;
    } else {
      const found = wordAt() || (/[0-9@*#?!$-]/.test(text[i] ?? "") ? (text[i] ?? "") : "");
      if (found !== "") event("get", found, i, apart);
      i += found.length;
    }
  }

  function arithmetic(apart: boolean): void {
    for (let depth = 0; depth > 0 || !text.startsWith("))", i);) {
      if (text[i] === "$") expansion(apart);
      else if (wordAt() !== "") {
        // 0x… is a number
        if (!/[0-9]/.test(text[i - 1] ?? "")) event("get", wordAt(), i, apart);
        i += wordAt().length;
      } else {
        depth += text[i] === "(" ? 1 : text[i] === ")" ? -1 : 0;
        i++;
      }
    }
    i += 2;
  }

  /** One quoted or unquoted piece of a word. */
  function piece(apart: boolean): void {
    const sign = text[i];
    if (sign === undefined) throw new Error("the text ends within a word");
    if (sign === "\\") i += 2;
    else if (sign === "'") i = text.indexOf("'", i + 1) + 1;
    else if (sign === '"') {
      i++;
      while (text[i] !== '"') {
        if (text[i] === "\\") i += 2;
        else if (text[i] === "$") expansion(apart);
        else if (text[i++] === undefined) throw new Error("the text ends within quotes");
      }
      i++;
    } else if (sign === "$") expansion(apart);
    else i++;
  }

  function heredoc(apart: boolean): void {
    for (const { end, raw } of heredocs.splice(0)) {
      while (text.slice(i, text.indexOf("\n", i) + 1 || undefined).trimEnd() !== end) {
        const close = text.indexOf("\n", i);
        if (close < 0) throw new Error(`the text ends before ${end}`);
        while (!raw && i < close) piece(apart);
        i = close + 1;
      }
      i += end.length;
    }
  }

  /** Commands up to the end of the text, or of the subshell. */
  function commands(apart: boolean): void {
    const open: ("(" | "case" | "pattern")[] = [];
    /** The words of the command so far; assignments before it are none. */
    let words: string[] = [];
    let call = -1;
    /** Whether we are between `if` and `then`, and behind a `!`. */
    let condition = false;
    let negated = false;
    const ended = (tested = false): void => {
      const called = events[call];
      if (called) called.tested = tested || condition || negated;
      words = [];
      call = -1;
      negated = false;
    };
    const isApart = (): boolean => apart || open.includes("(");
    for (;;) {
      const sign = text[i];
      const top = open.at(-1);
      if (sign === undefined) {
        ended();
        return;
      }
      if (sign === "\\" && text[i + 1] === "\n") i += 2;
      else if (sign === " " || sign === "\t") i++;
      else if (sign === "#") i = text.indexOf("\n", i) < 0 ? text.length : text.indexOf("\n", i);
      else if (sign === "\n") {
        i++;
        ended();
        heredoc(isApart());
      } else if (text.startsWith(";;", i)) {
        i += 2;
        ended();
        open.push("pattern");
      } else if (text.startsWith("&&", i) || text.startsWith("||", i)) {
        i += 2;
        ended(true);
      } else if (sign === ";" || sign === "|" || (sign === "&" && !/[<>]/.test(text[i - 1] ?? ""))) {
        i++;
        if (top === "pattern") continue;
        const called = events[call];
        if (sign !== ";" && called) called.apart = true;
        ended();
      } else if (sign === "(") {
        i++;
        if (top !== "pattern") open.push("(");
      } else if (sign === ")") {
        i++;
        ended();
        if (top === undefined) return;
        open.pop();
      } else if (/[<>&]/.test(sign)) {
        const here = /^<<-?(['"]?)(\w+)\1/.exec(text.slice(i, i + 60));
        if (here) {
          heredocs.push({ end: here[2] ?? "", raw: here[1] !== "" });
          i += here[0].length;
          continue;
        }
        while (/[<>&|]/.test(text[i] ?? "")) i++;
        while (/[ \t]/.test(text[i] ?? "")) i++;
        while (!/[\s;|&()<>]/.test(text[i] ?? "\n")) piece(isApart());
      } else {
        const at = i;
        const assigned = /^([A-Za-z_]\w*)=/.exec(text.slice(i, i + 60))?.[1];
        const before = events.length;
        if (assigned !== undefined && words.length === 0 && top !== "pattern") i += assigned.length + 1;
        while (!/[\s;|&()<>]/.test(text[i] ?? "\n")) piece(isApart());
        const word = text.slice(at, i);
        if (top === "pattern") {
          if (word === "esac") open.pop();
          continue;
        }
        if (assigned !== undefined && words.length === 0) {
          event("set", assigned, at, isApart());
          continue;
        }
        if (words.length === 0 && keywords.has(word)) {
          if (word === "!") negated = true;
          else if (conditions.has(word)) condition = true;
          else if (word === "then" || word === "do") condition = false;
          continue;
        }
        const [verb] = words;
        if (verb === undefined) {
          events.splice(before, 0, { kind: "call", name: word, at, apart: isApart() });
          call = before;
        } else if (verb === "for" && words.length === 1) event("set", word, at, isApart());
        else if (verb === "case" && word === "in") {
          words = [];
          call = -1;
          open.push("pattern");
          continue;
        } else if (setters.has(verb) && /^[A-Za-z]\w*$|^_\w+$/.test(word)) event("set", word, at, isApart());
        else if (verb === "eval")
          for (const set of word.matchAll(/(?<=^"?|\s)([A-Za-z_]\w*)=/g))
            event("set", set[1] ?? "", at + set.index, isApart());
        words.push(word);
      }
    }
  }

  commands(false);
  return events;
}
