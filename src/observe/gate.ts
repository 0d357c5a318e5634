/** Lets at most so many tasks at once pass; the others wait their turn. */
export class Gate {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async pass<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

/** One gate per key, made when first asked for. */
export class Gates {
  private readonly gates = new Map<string, Gate>();

  constructor(private readonly width: number) {}

  of(key: string): Gate {
    const gate = this.gates.get(key) ?? new Gate(this.width);
    this.gates.set(key, gate);
    return gate;
  }
}
