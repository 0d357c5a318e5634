/** The demo decides it in the same way, and imports nothing from test/. */
export type { ProviderMirror } from "../../examples/support/provider-mirror";
export { providerMirror, providerMirrorLine } from "../../examples/support/provider-mirror";
