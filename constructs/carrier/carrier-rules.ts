type Attributes = Readonly<Record<string, unknown>>;

/** What may not stand on a carrier, in words, and under which name it was set. */
export interface Fault {
  readonly member: string;
  readonly what: string;
  readonly remedy: string;
}

/** What users set on a carrier through CDKTF's escape hatches and aspects, as far as it may stand there. */
export interface Judged {
  readonly attributes: Attributes;
  readonly faults: readonly Fault[];
  /** Whether it shall not be destroyed: of a record alone that means nothing, so it is for the stack to say. */
  readonly preventDestroy: boolean;
}

/** What is said of all resources of a stack, and has no meaning for a record: it is left out. */
const meaningless = new Set(["tags", "tags_all", "labels", "timeouts"]);
const skip = "leave it out there; in an aspect, skip what stands in a NixosContainer or below nixos-hosts";

/** The one place that decides which members may stand on a carrier, beside what it carries itself. */
export function judge(address: string, triggersKey: string, given: Attributes): Judged {
  const attributes: Record<string, unknown> = {};
  const faults: Fault[] = [];
  let preventDestroy = false;
  const fault = (member: string, what: string, remedy: string): void => void faults.push({ member, what, remedy });
  const keep = new Set(["//", triggersKey, ...(address.startsWith("terraform_data.") ? ["input"] : [])]);

  const lifecycle = (value: unknown): void => {
    if (!isBlock(value)) {
      fault("lifecycle", `the lifecycle of ${address} is no block`, skip);
      return;
    }
    const kept: Record<string, unknown> = {};
    for (const [name, rule] of members(value)) {
      // Replacing a record destroys nothing, in whatever order.
      if (name === "create_before_destroy") continue;
      else if (name === "prevent_destroy") preventDestroy ||= rule !== false && rule !== "false";
      else if (name === "precondition" || name === "postcondition") kept[name] = rule;
      else if (name === "ignore_changes" && !isEmpty(rule)) {
        const what = `ignore_changes is set on ${address}, and would hide from Terraform what is to change on the host`;
        fault("lifecycle", what, skip);
      } else if (name === "replace_triggered_by" && !isEmpty(rule)) {
        const what = `replace_triggered_by is set on ${address}, and replacing a record changes nothing on the host`;
        fault("lifecycle", what, "let the container's config hold what it shall change with; dependsOn gives an order");
      } else if (!isEmpty(rule)) fault("lifecycle", `the lifecycle of ${address} has an unknown member ${name}`, skip);
    }
    if (Object.keys(kept).length > 0) attributes["lifecycle"] = kept;
  };

  const provisioner = (value: unknown): void => {
    if (!Array.isArray(value)) {
      const what = `the provisioner of ${address}, which is what deploys, is overridden`;
      fault("provisioner", what, "add further ones to the construct's list `provisioners`");
      return;
    }
    attributes["provisioner"] = value;
    if (
      !value.some(
        (one) => isBlock(one) && Object.values(one).some((block) => isBlock(block) && block["when"] === "destroy"),
      )
    )
      return;
    const what = `a provisioner of ${address} runs at destroy time, which is whenever this record is replaced, at each change`;
    fault("provisioner", what, "put it on a null_resource of your own that depends on the container");
  };

  for (const [name, value] of members(given)) {
    if (keep.has(name)) attributes[name] = value;
    else if (meaningless.has(name)) continue;
    else if (name === "lifecycle") lifecycle(value);
    else if (name === "provisioner") provisioner(value);
    else if (name === "depends_on" && Array.isArray(value)) attributes[name] = value;
    else if (name === "depends_on") fault(name, `depends_on of ${address} is not a list`, "give a list of addresses");
    else if (name === "count" || name === "for_each") {
      fault(
        name,
        `${name} is set on ${address}, which stands for one thing on the host`,
        "declare constructs in an `if` or a loop of the code, or leave it out there",
      );
    } else if (name === "connection") {
      const what = `a connection is set on ${address}, and Terraform would mix it with the host's own`;
      fault(
        name,
        what,
        "set the NixosHost's address, port, user and jump hosts; give a provisioner of yours its own connection",
      );
    } else if (name === "provider") {
      // One null provider is like another: it has no settings.
      if (address.startsWith("null_resource.") && /^null(\.|$)/.test(String(value))) continue;
      fault(name, `the provider ${JSON.stringify(value)} is set on ${address}, which is not of that provider`, skip);
    } else fault(name, `${name} is set on ${address}, and Terraform knows no such argument there`, skip);
  }
  return { attributes, faults, preventDestroy };
}

/** The members that are set, under Terraform's names: overrides may be written in CDKTF's. */
function members(block: Attributes): [string, unknown][] {
  return Object.entries(block)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]);
}

function isBlock(value: unknown): value is Attributes {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("resolve" in value);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
