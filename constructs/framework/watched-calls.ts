import type { IConstruct } from "constructs";
import { CallSite } from "./call-site";

/**
 * Notes where the user's code sets properties of an element and calls its methods, each under a name of its own;
 * an empty one stands for the first part of the path that the method is given, as addOverride is.
 */
export function watchCalls(
  element: IConstruct,
  names: Readonly<Record<string, string>>,
): ReadonlyMap<string, CallSite> {
  const sites = new Map<string, CallSite>();
  for (const [key, name] of Object.entries(names)) {
    let value: unknown = Reflect.get(element, key);
    if (typeof value === "function") {
      const method = value as (...args: unknown[]) => unknown;
      const watched = (...args: unknown[]): unknown => {
        sites.set(name || (String(args[0]).split(".")[0] ?? ""), new CallSite(element));
        return method.apply(element, args);
      };
      Object.defineProperty(element, key, { value: watched });
      continue;
    }
    Object.defineProperty(element, key, {
      get: () => value,
      set: (given: unknown) => {
        sites.set(name, new CallSite(element));
        value = given;
      },
    });
  }
  return sites;
}
