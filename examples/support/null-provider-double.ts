import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { cacheFolder, makeOnce, packageRoot } from "./cache";
import type { Engine, Environment } from "./engine";
import { lockedPlatform, nullVersion } from "./engine";

/** Terraform and OpenTofu look for `hashicorp/null` under their own registry's name. */
export const nullAddresses = ["registry.terraform.io/hashicorp/null", "registry.opentofu.org/hashicorp/null"] as const;

/** The Go sources of the double; a published package comes without them. */
const sources = path.join(packageRoot, "test", "null-provider");

/** A filesystem mirror that holds the double, or why there is none. */
export type Double = { readonly mirror: string } | { readonly problem: string };

/**
 * The double of the null provider in a filesystem mirror: built with `go` at the first call (about a minute), found at later ones.
 * With `mayBuild` false it is only found.
 */
export function nullProviderDouble(engine: Engine, env: Environment, mayBuild = true): Double {
  if (!existsSync(path.join(sources, "go.mod"))) return { problem: "this package comes without the double's sources" };
  const platforms = [...new Set([engine.platform, lockedPlatform])];
  const mirror = path.join(cacheFolder, `null-provider-${digestOfSources(platforms)}`);
  if (!mayBuild && !existsSync(mirror))
    return { problem: "our double of it is not built (node scripts/null-provider.js)" };
  try {
    makeOnce(mirror, (folder) => {
      for (const platform of platforms) build(folder, platform, env);
    });
    return { mirror };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function digestOfSources(platforms: readonly string[]): string {
  const hash = createHash("sha256").update([nullVersion, ...platforms].join());
  for (const name of readdirSync(sources).sort()) {
    if (/^go\.(mod|sum)$|\.go$/.test(name)) hash.update(`\0${name}\0`).update(readFileSync(path.join(sources, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Builds for one platform, and files the program where each engine looks for it. */
function build(mirror: string, platform: string, env: Environment): void {
  const [first, ...others] = nullAddresses.map((address) => {
    const folder = path.join(mirror, address, nullVersion, platform);
    mkdirSync(folder, { recursive: true });
    return path.join(folder, `terraform-provider-null_v${nullVersion}`);
  });
  const [os, arch] = platform.split("_");
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", `-s -w -X main.version=${nullVersion}`];
  const run = spawnSync("go", ["build", ...flags, "-o", first, "."], {
    cwd: sources,
    encoding: "utf8",
    env: { ...env, CGO_ENABLED: "0", GOOS: os, GOARCH: arch, GOWORK: "off" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 8 * 60_000,
  });
  if (run.error) throw new Error(`go cannot be run: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`go build failed: ${run.stderr.trim().split("\n").slice(-3).join("; ")}`);
  for (const other of others) linkSync(first, other);
}
