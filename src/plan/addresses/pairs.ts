import { createHmac } from "node:crypto";
import type { Pool } from "../../model/container-network";
import { numberAddress, sizeOf, type Subnet } from "../../model/subnet";

/** The free pairs of a pool, from the lowest on; a pair is given once. */
export class Pairs {
  private step: bigint;

  constructor(
    readonly pool: Pool,
    private readonly taken: ReadonlySet<string>,
  ) {
    this.step = pool.from;
  }

  next(): { readonly host: string; readonly local: string } | undefined {
    const { family, first, step, to } = this.pool;
    for (; this.step <= to; this.step++) {
      const [host, local] = [1n, 2n].map((end) => numberAddress(family, first + this.step * step + end));
      if (host === undefined || local === undefined || this.taken.has(host) || this.taken.has(local)) continue;
      this.step++;
      return { host, local };
    }
    return undefined;
  }
}

/** The free addresses of a network, from the lowest on. */
export class Singles {
  private number: bigint;

  constructor(
    readonly subnet: Subnet,
    private readonly taken: ReadonlySet<string>,
  ) {
    this.number = subnet.first + 1n;
  }

  next(): string | undefined {
    const { family, first } = this.subnet;
    const last = first + sizeOf(this.subnet) - (family === "ipv4" ? 2n : 1n); // the broadcast address is IPv4's
    for (; this.number <= last; this.number++) {
      const text = numberAddress(family, this.number);
      if (this.taken.has(text)) continue;
      this.number++;
      return text;
    }
    return undefined;
  }
}

/**
 * The /48 of a host's own that nobody has to give: its 40 bits must be as good as random (RFC 4193), and the same tomorrow.
 * The machine-id is not told by it, as machine-id(5) asks.
 */
export function uniquePrefix(machineId: string): string {
  const bits = createHmac("sha256", machineId).update("cdktf-nixos-containers pool6").digest("hex").slice(0, 10);
  return `fd${bits.slice(0, 2)}:${bits.slice(2, 6)}:${bits.slice(6)}::/48`;
}
