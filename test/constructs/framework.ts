import { NullProvider as CdktfNullProvider } from "@cdktf/provider-null/lib/provider";
import * as cdktf from "cdktf";
import * as cdktn from "cdktn";
import type { Construct } from "constructs";

/** The framework that the tests of this folder run on: each file by itself on CDKTF, and all of them again in cdktn.test.ts. */
export const frameworkName = process.env["CDKTF_NIXOS_TEST_FRAMEWORK"] === "cdktn" ? "cdktn" : "cdktf";

// What the tests use of the two is alike; CDKTF's types stand for both.
const framework = frameworkName === "cdktn" ? (cdktn as unknown as typeof cdktf) : cdktf;
export const {
  App,
  Aspects,
  Fn,
  TerraformDataSource,
  TerraformIterator,
  TerraformLocal,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Testing,
} = framework;
export type App = cdktf.App;
export type TerraformResource = cdktf.TerraformResource;
export type TerraformStack = cdktf.TerraformStack;

/** The other one, for what must not be mixed. */
export const other = frameworkName === "cdktn" ? cdktf : (cdktn as unknown as typeof cdktf);
export const otherName = frameworkName === "cdktn" ? "cdktf" : "cdktn";

/** A null provider of the user's own: of @cdktf/provider-null, or of bindings that `cdktn get` makes. */
class CdktnNullProvider extends cdktn.TerraformProvider {
  constructor(
    scope: Construct,
    id: string,
    private readonly config: { readonly alias?: string } = {},
  ) {
    super(scope, id, {
      terraformResourceType: "null",
      terraformGeneratorMetadata: { providerName: "null", providerVersion: "3.2.4" },
      terraformProviderSource: "null",
    });
  }

  override get alias(): string | undefined {
    return this.config.alias;
  }
}

export const NullProvider = (frameworkName === "cdktn"
  ? CdktnNullProvider
  : CdktfNullProvider) as unknown as typeof CdktfNullProvider;
