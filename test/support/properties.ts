import fc from "fast-check";

/**
 * Property tests on new samples at each run, but on lasting ones in CI, where a rare one would hold up another change.
 * CDKTF_NIXOS_TEST_SEED chooses others.
 */
const seed = process.env["CDKTF_NIXOS_TEST_SEED"] ?? (process.env["CI"] ? "20" : undefined);
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });

export { fc };
