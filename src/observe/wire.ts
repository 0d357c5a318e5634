/** JSON text of plain data with Maps in it. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown): unknown =>
    // An undefined value has no place in JSON: an entry of one element stands for it.
    part instanceof Map
      ? {
          $map: [...(part as ReadonlyMap<unknown, unknown>)].map(([key, item]) =>
            item === undefined ? [key] : [key, item],
          ),
        }
      : part,
  );
}

/** What {@link encode} was given. */
export function decode(text: string): unknown {
  return JSON.parse(text, (_key, part: unknown) => {
    if (typeof part !== "object" || part === null || !("$map" in part)) return part;
    const entries = part.$map as readonly (readonly [unknown, unknown?])[];
    return new Map(entries.map(([key, item]) => [key, item]));
  });
}
