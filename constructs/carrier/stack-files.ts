import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Construct } from "constructs";
import type { Stack } from "../framework/library";

/** What the framework hands over when it writes a stack out. */
interface Session {
  readonly outdir: string;
  readonly manifest: { forStack(stack: Stack): { readonly workingDirectory: string } };
}

/** Where the framework looks for what a construct adds to a stack's folder, as its own assets do. */
const customSynthesis = Symbol.for("cdktf/customSynthesis");
const folderName = "nixos";

/** Files beside a stack's cdk.tf.json, for texts too long to stand in it; written when an app is synthesized, not by Testing.synth. */
export class StackFiles extends Construct {
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly stack: Stack,
    scope: Construct,
    id: string,
  ) {
    super(scope, id);
    Object.defineProperty(this, customSynthesis, {
      value: { onSynthesize: (session: Session) => this.write(session) },
    });
  }

  /** Keeps a text under a name that tells it from any other; its path as Terraform reads it. */
  keep(name: string, text: string): string {
    this.texts.set(name, text);
    return `\${path.module}/${folderName}/${name}`;
  }

  /** The stack's resources have been asked for their content by now, and have kept their texts. */
  private write({ outdir, manifest }: Session): void {
    const folder = join(outdir, manifest.forStack(this.stack).workingDirectory, folderName);
    rmSync(folder, { recursive: true, force: true });
    if (this.texts.size > 0) mkdirSync(folder, { recursive: true });
    for (const [name, text] of this.texts) writeFileSync(join(folder, name), text);
  }
}
