/** Whether something was given: null is NixOS's word for nothing. */
export function isGiven<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
