import { Construct } from "constructs";
import { stackOf } from "./framework/framework";
import { StackHosts } from "./stack-hosts";

/**
 * Keeps a stack able to clean up hosts that left its code: needed only in a stack that has lost its last host,
 * until it has been deployed once more.
 * @example new NixosTeardown(this, "teardown")
 */
export class NixosTeardown extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    StackHosts.of(stackOf(this));
  }
}
