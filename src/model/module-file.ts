import { createHash } from "node:crypto";

/** One file of a container's configuration: path relative to its folder, and text, exactly as it was written. */
export interface ModuleFile {
  readonly path: string;
  readonly text: string;
  /** In base64 the bytes of a file that is no text; its text is empty then. */
  readonly bytes?: string;
  /** Set where it only lies in a folder that a path names, so that nobody can tell whether it is a module. */
  readonly unnamed?: true;
  /** The text whose syntax was looked at, where addresses were filled in since. */
  readonly asked?: string;
}

/** What a file holds. */
export function contentOf({ text, bytes }: Pick<ModuleFile, "text" | "bytes">): Buffer {
  return bytes === undefined ? Buffer.from(text, "utf8") : Buffer.from(bytes, "base64");
}

/** The sha256 of a file, in hex, as `sha256sum` prints it. */
export function contentDigest(file: Pick<ModuleFile, "text" | "bytes">): string {
  return createHash("sha256").update(contentOf(file)).digest("hex");
}

/** What stands for a file whose content is nothing to read: `a file of 3 KiB that is no text, sha256 …`. */
export function opaqueWords(file: ModuleFile): string {
  const size = contentOf(file).length;
  const amount = size < 1024 ? `${size} bytes` : `${Math.ceil(size / 1024)} KiB`;
  return `a file of ${amount}${file.bytes === undefined ? "" : " that is no text"}, sha256 ${contentDigest(file)}`;
}

/** Characters up to which a text is shown by Terraform, line by line, when it changes. */
const longestShown = 256 * 1024;

/** Whether a file goes to the host in base64, and is shown by its size and digest alone. */
export function isOpaque(file: ModuleFile): boolean {
  return file.bytes !== undefined || file.text.length > longestShown;
}
