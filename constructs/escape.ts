/** Text as Terraform shall read it literally: its template markers escaped. */
export function terraformText(text: string): string {
  return text.replace(/([$%])\{/g, "$1$1{");
}
