import type { IConstruct } from "constructs";
import { addressHint } from "../../src/model/address-mark";
import type { Library, Resolvable, ResolveContext } from "./library";

/**
 * A string of CDKTF's that stands for an address until the stack that holds it is synthesized.
 * @param addressIn the address, told which construct's attributes hold it, and whether constructs may still be made
 */
export function addressToken(
  library: Library,
  addressIn: (scope: IConstruct, preparing: boolean) => string | undefined,
): string {
  return library.Token.asString(new AddressToken(library, addressIn), { displayHint: addressHint });
}

class AddressToken implements Resolvable {
  readonly creationStack: string[] = [];

  constructor(
    private readonly library: Library,
    private readonly addressIn: (scope: IConstruct, preparing: boolean) => string | undefined,
  ) {}

  resolve({ scope, preparing, suppressBraces }: ResolveContext): unknown {
    const address = this.addressIn(scope, preparing);
    return suppressBraces === true && address !== undefined ? JSON.stringify(address) : address;
  }

  toString(): string {
    return this.library.Token.asString(this, { displayHint: addressHint });
  }

  toJSON(): string {
    return this.toString();
  }
}
