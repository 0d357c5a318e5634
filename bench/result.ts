/** What one benchmark found. */
export interface Result {
  /** What was measured, in a few words. */
  readonly what: string;
  /** The measured value, with its unit. */
  readonly figure: string;
  /** The value it should have; absent where there is only something to look at. */
  readonly target?: string;
  /** Whether the figure reaches the target. */
  readonly met: boolean;
  /** What the figure is made of, a line each. */
  readonly details: readonly string[];
  /** Why it falls short, as measured; printed only when it does. */
  readonly reasons: readonly string[];
}

/** One benchmark: `run` tells its progress through `say`. */
export interface Benchmark {
  readonly name: string;
  run(say: (text: string) => void): Promise<Result[]> | Result[];
}

/** Seconds as people read them. */
export function seconds(value: number): string {
  return value < 0.1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`;
}

/** A ratio, as in `1.42 ×`. */
export function times(value: number): string {
  return `${value.toFixed(2)} ×`;
}

/** Parts of a whole: `synth 0.80 s (40 %), plan 1.20 s (60 %)`. */
export function shares(parts: Readonly<Record<string, number>>): string {
  const whole = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return Object.entries(parts)
    .map(([name, part]) => `${name} ${seconds(part)} (${Math.round((100 * part) / whole)} %)`)
    .join(", ");
}
