import type { Construct, IConstruct } from "constructs";

/** What depends_on may name: a resource, a data source, a module, a container. */
export interface Dependable {
  /** Its address, or a token that stands for it. */
  readonly fqn: string;
}

/** A stack of either framework, as far as it is used here. */
export interface Stack extends Construct {
  addOverride(path: string, value: unknown): void;
}

/** An element of a stack: a resource, a provider, a local. */
export interface Element extends Construct, Dependable {
  readonly friendlyUniqueId: string;
  toTerraform(): unknown;
}

export interface Resource extends Element {
  readonly terraformResourceType: string;
}

/** A value that is computed while the stack is synthesized. */
export interface Resolvable {
  readonly creationStack: string[];
  resolve(context: ResolveContext): unknown;
  toString(): string;
}

export interface ResolveContext {
  /** The construct whose attributes are resolved: the stack. */
  readonly scope: IConstruct;
  /** Whether this is the run before the synth, in which constructs may still be made. */
  readonly preparing: boolean;
  /** Whether the value stands in an expression of Terraform, where a text has quotes. */
  readonly suppressBraces?: boolean;
  registerPostProcessor(processor: { postProcess(resolved: object): unknown }): void;
}

/** Which version of a provider its classes were made for. */
interface GeneratorMetadata {
  readonly providerName: string;
  readonly providerVersion: string;
  readonly providerVersionConstraint: string;
}

interface ResourceConfig {
  readonly terraformResourceType: string;
  readonly terraformGeneratorMetadata?: GeneratorMetadata;
  readonly dependsOn?: Dependable[];
}

interface ProviderConfig {
  readonly terraformResourceType: string;
  readonly terraformGeneratorMetadata?: GeneratorMetadata;
  readonly terraformProviderSource?: string;
}

type ClassOf<T, Config> = new (scope: Construct, id: string, config: Config) => T;

/** What both frameworks export and is used here. The published types name this, and neither framework. */
export interface Library {
  readonly App: abstract new (...args: never[]) => Construct;
  readonly Aspects: { of(scope: IConstruct): { add(aspect: { visit(node: IConstruct): void }): void } };
  readonly TerraformLocal: ClassOf<Element, unknown>;
  readonly TerraformProvider: (abstract new (scope: Construct, id: string, config: ProviderConfig) => Element) & {
    isTerraformProvider(value: unknown): boolean;
  };
  readonly TerraformResource: ClassOf<Resource, ResourceConfig>;
  readonly Token: {
    asString(value: unknown, options?: { readonly displayHint?: string }): string;
    isUnresolved(value: unknown): boolean;
  };
}
