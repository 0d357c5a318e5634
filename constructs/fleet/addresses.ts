import type { IConstruct } from "constructs";
import { type AddressUse, markedNumbers, tokenNumber } from "../../src/model/address-mark";
import type { ContainerConfig } from "../../src/model/container";
import type { Problem, Where } from "../../src/model/error";
import type { ModuleFile } from "../../src/model/module-file";

/** The tokens of an app that stand for addresses which are still to be chosen, and where in Terraform's values they are held in vain. */
export class Addresses {
  private readonly tokens = new Map<string, AddressUse>();
  private readonly unknown = new Map<IConstruct, Map<string, Problem>>();

  /** Notes whose address a token stands for. */
  add(token: string, use: AddressUse): string {
    this.tokens.set(tokenNumber(token) ?? token, use);
    return token;
  }

  /** Whose addresses the files of a configuration hold. */
  usesIn(files: readonly ModuleFile[], where: Where, problems: Problem[]): Pick<ContainerConfig, "addresses"> {
    const numbers = new Set(files.flatMap(({ text }) => markedNumbers(text)));
    const uses = new Map<string, AddressUse>();
    for (const number of numbers) {
      const use = this.tokens.get(number);
      if (use) uses.set(number, use);
    }
    if (uses.size < numbers.size) {
      problems.push({
        code: "config",
        what: "config holds the address of a container of another app",
        where,
        remedy: "declare both containers in the same App, or give that one its addresses, and write them here",
      });
    }
    return uses.size > 0 ? { addresses: uses } : {};
  }

  /** Notes that a stack holds an address that is not known: a stand-in is there instead, which must not be deployed. */
  addUnknown(stack: IConstruct, { construct, field }: AddressUse, why: string): void {
    const problems = this.unknown.get(stack) ?? new Map<string, Problem>();
    this.unknown.set(stack, problems);
    problems.set(`${construct} ${field}`, {
      code: "host",
      what: `the stack holds the ${field} of ${construct}, which is not known: ${why}`,
      where: { construct: stack.node.path },
      remedy: `see what is said of ${construct}, or give it its addresses: network: { hostAddress: …, localAddress: … }`,
    });
  }

  unknownIn(stack: IConstruct): readonly Problem[] {
    return [...(this.unknown.get(stack)?.values() ?? [])];
  }
}
