/** Quotes a value for POSIX sh; the only way any value enters a program. */
export function shellQuote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
