/** Characters up to which a text stands as it is. */
const SHORT = 1000;

/**
 * Text as Terraform shall read it literally. The time Terraform takes for a template grows with the square of its length and of the
 * number of `$` and `%` in it (half a second for 100 kB, each time it looks at it): a long text becomes an expression that is
 * a quoted string without any. So does one with a byte order mark, which Terraform would take off a template.
 */
export function terraformText(text: string): string {
  return text.length <= SHORT && !text.startsWith("\ufeff")
    ? text.replace(/([$%])\{/g, "$1$1{")
    : `\${${terraformString(text)}}`;
}

/** A text that Terraform shall read literally, unless it is one of Terraform's own references, such as an address known after apply. */
export function referenceText(text: string): string {
  return text.includes("${TfToken[") ? text : terraformText(text);
}

/** Text as a quoted string in one of Terraform's expressions. */
export function terraformString(text: string): string {
  return `"${text.replace(/["\\$%\u0000-\u001f]/g, (sign) => escapes.get(sign) ?? codeOf(sign))}"`;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function codeOf(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
