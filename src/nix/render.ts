import { markAddresses } from "../model/address-mark";
import { NixosError } from "../model/error";
import { isResolvable } from "../model/token-fields";
import { KEYWORDS, memberPlace, renderName } from "./attribute-name";
import { isNixExpression, type NixExpression } from "./expression";
import { configProblem, type Fault } from "./fault";
import { lex } from "./lexer";
import { bigintText, numberText, type NumberText } from "./nix-number";
import { renderString, stringFault } from "./nix-string";
import { isOneExpression } from "./structure";
import { findTerraformToken, isNumberToken, terraformTokenFault } from "./terraform-token";

/** Lists of up to this many columns stay on one line. */
const WIDTH = 100;

/** How deep values may be nested: far deeper than any option, and shallow enough for every recursion over them. */
const DEPTH = 200;

/** A fault, and the place in the value where it lies, such as `services.foo.port`; empty at the root. */
export interface PlacedFault extends Fault {
  readonly place: string;
}

export interface Rendered {
  readonly text: string;
  readonly faults: readonly PlacedFault[];
}

/**
 * A JavaScript value as Nix code, that evaluates to an equal value. Members keep their order; undefined ones are left out.
 * @throws NixosError with every value that Nix cannot hold.
 */
export function renderNix(value: unknown): string {
  const { text, faults } = renderValue(value);
  if (faults.length > 0) throw new NixosError(faults.map((fault) => configProblem(fault, {})));
  return text;
}

/**
 * Like {@link renderNix}, with the faults beside the text; each of them left a `null` in it.
 * @param root what messages put in front of a place, such as `config`
 */
export function renderValue(value: unknown, root = ""): Rendered {
  const renderer = new Renderer(root);
  return { text: renderer.value(value, "", 0), faults: renderer.faults };
}

/** Nix code as one operand: an element of a list, or part of a larger expression. */
export function operand(text: string): string {
  return /^[\d"[{(]|^''|^(?:true|false|null)$/.test(text) || isSelection(text) ? text : parenthesised(text);
}

/** In parentheses, closed on a line of its own where a comment would swallow the closing one. */
export function parenthesised(text: string): string {
  return lex(text).endsInComment ? `(${text}\n)` : `(${text})`;
}

/** A name, or a selection such as `pkgs.vim`. */
function isSelection(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_'-]*(\.[A-Za-z_][A-Za-z0-9_'-]*)*$/.test(text) && !text.split(".").some(isKeyword);
}

function isKeyword(word: string): boolean {
  return KEYWORDS.has(word);
}

class Renderer {
  readonly faults: PlacedFault[] = [];
  /** The objects that hold the current one, with their places. */
  private readonly holders = new Map<object, string>();

  constructor(private readonly root: string) {}

  value(value: unknown, place: string, indent: number): string {
    switch (typeof value) {
      case "string":
        return this.string(markAddresses(value), place, indent);
      case "number":
        if (isNumberToken(value)) return this.token(place);
        return this.number(numberText(value), place);
      case "bigint":
        return this.number(bigintText(value), place);
      case "boolean":
        return String(value);
      case "object":
        return value === null ? "null" : this.attempt(place, () => this.object(value, place, indent));
      case "undefined":
        return this.fault(place, "is undefined, which Nix does not know", "use null, or leave it out");
      case "function":
        return this.fault(place, "is a JavaScript function", "write functions in Nix, with the nix`…` template");
      case "symbol":
        return this.fault(place, `is a JavaScript symbol, ${String(value)}`, "use a string");
    }
  }

  private object(value: object, place: string, indent: number): string {
    if (isNixExpression(value)) return this.expression(value, place);
    const holder = this.holders.get(value);
    if (holder !== undefined) {
      return this.fault(place, `refers back to ${this.named(holder)}, which never ends`, "break the cycle");
    }
    if (this.holders.size === DEPTH) {
      const flaw = `is nested more than ${DEPTH} levels deep`;
      this.add(`${excerpt(this.named(place))} ${flaw}`, "flatten it, or write it in Nix", place);
      return "null";
    }
    this.holders.set(value, place);
    try {
      return Array.isArray(value) ? this.list(value, place, indent) : this.attributes(value, place, indent);
    } finally {
      this.holders.delete(value);
    }
  }

  /** A getter or proxy may throw whatever it likes. */
  private attempt(place: string, render: () => string): string {
    try {
      return render();
    } catch (error) {
      const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      return this.fault(place, `cannot be rendered: ${reason}`, "give plain values, computed before");
    }
  }

  private list(values: readonly unknown[], place: string, indent: number): string {
    const elements = Array.from(values, (value, index) => {
      const text = this.value(value, `${place}[${index}]`, indent + 2);
      return isNixExpression(value) ? (isSelection(text) ? text : parenthesised(text)) : operand(text);
    });
    if (elements.length === 0) return "[ ]";
    const line = `[ ${elements.join(" ")} ]`;
    if (!line.includes("\n") && indent + line.length <= WIDTH) return line;
    return block("[", elements, "]", indent);
  }

  private attributes(value: object, place: string, indent: number): string {
    if (isResolvable(value)) return this.token(place);
    if (!isPlain(value)) return this.instance(value, place);
    const lines: string[] = [];
    for (const [given, member] of Object.entries(value)) {
      const name = markAddresses(given);
      const memberAt = memberPlace(place, findTerraformToken(name) === undefined ? name : "…");
      this.checkText(name, `the name of ${this.named(memberAt)}`, memberAt);
      if (findTerraformToken(name) !== undefined) continue; // CDKTF's maps are names without a value
      if (member !== undefined) lines.push(`${renderName(name)} = ${this.bound(member, memberAt, indent + 2)};`);
    }
    if (lines.length === 0) return "{ }";
    return block("{", lines, "}", indent);
  }

  /** A value as it stands between `=` and `;`. */
  private bound(value: unknown, place: string, indent: number): string {
    const text = this.value(value, place, indent);
    return isNixExpression(value) && lex(text).endsInComment ? `${text}\n${" ".repeat(indent)}` : text;
  }

  private expression(expression: NixExpression, place: string): string {
    const text = markAddresses(expression.text);
    for (const fault of expression.faults ?? []) {
      this.add(place === "" ? fault.what : `${this.named(place)}, ${fault.what}`, fault.remedy, place);
    }
    if (!this.checkText(text, this.named(place), place)) return "null";
    const { tokens, complete } = lex(text);
    if (tokens.length === 0) return this.fault(place, "is an empty nix expression", "write an expression, or null");
    if (complete && isOneExpression(tokens)) return text.trim();
    const remedy = "close its brackets, strings and comments, and end it without a semicolon";
    return this.fault(place, `is not one complete nix expression: ${excerpt(text)}`, remedy);
  }

  private string(text: string, place: string, indent: number): string {
    return this.checkText(text, this.named(place), place) ? renderString(text, indent) : "null";
  }

  private number(number: NumberText, place: string): string {
    return "text" in number ? number.text : this.fault(place, number.flaw, number.remedy);
  }

  private instance(value: object, place: string): string {
    const name = (value.constructor as { readonly name?: string } | undefined)?.name ?? "a class";
    const remedies: Readonly<Record<string, string>> = {
      Date: "use a string, such as that of toISOString()",
      Map: "use a plain object, such as that of Object.fromEntries()",
      Set: "use an array, such as that of Array.from()",
    };
    const remedy = remedies[name] ?? "use a plain object with the values that Nix needs";
    return this.fault(place, `is an instance of ${name}`, remedy);
  }

  private checkText(text: string, what: string, place: string): boolean {
    if (findTerraformToken(text) !== undefined) {
      const { what: message, remedy } = terraformTokenFault(what);
      this.add(message, remedy, place);
      return false;
    }
    const fault = stringFault(text);
    if (fault !== undefined) this.add(`${what} ${fault.flaw}`, fault.remedy, place);
    return fault === undefined;
  }

  private token(place: string): string {
    const { what, remedy } = terraformTokenFault(this.named(place));
    this.add(what, remedy, place);
    return "null";
  }

  private fault(place: string, flaw: string, remedy: string): string {
    this.add(`${this.named(place)} ${flaw}`, remedy, place);
    return "null";
  }

  /** A place as messages call it: `config.services.foo.port`. */
  private named(place: string): string {
    if (place === "") return "config";
    return this.root === "" || place.startsWith("[") ? this.root + place : `${this.root}.${place}`;
  }

  private add(what: string, remedy: string, place: string): void {
    this.faults.push({ what, remedy, place });
  }
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** Object literals, JSON and null-prototype objects, also those of another realm, where Object is another. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function block(open: string, lines: readonly string[], close: string, indent: number): string {
  const margin = " ".repeat(indent);
  return [open, ...lines.map((line) => `${margin}  ${line}`), `${margin}${close}`].join("\n");
}
