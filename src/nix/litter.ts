import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** What version control, editors, file managers and tools leave in a folder: no part of a folder of modules. */
const LITTER = [
  /^\.(?:git|hg|svn|bzr|jj|direnv|devenv|idea|vscode|Trash.*|Spotlight-.*|fseventsd|TemporaryItems|DS_Store|AppleDouble)$/,
  /^(?:_darcs|CVS|node_modules|cdktf\.out|\.terraform|__pycache__|@eaDir|#recycle|lost\+found)$/,
  /^(?:Thumbs\.db|ehthumbs\.db|desktop\.ini|Icon\r|\._.*|\.nfs[0-9a-f]+)$/i,
  /~$|^\..*\.sw[a-z]$|^\.#|^#.*#$|^4913$/,
  /\.(?:orig|rej)$/,
];

export function isLitter(name: string): boolean {
  return LITTER.some((pattern) => pattern.test(name));
}

/** What tools keep credentials in: environment files but their samples, Terraform's state, private keys. */
const SECRETS = [
  /^\.env(?:\.(?!example$|sample$|template$|dist$).*)?$/,
  /\.tfstate(?:\..*)?$/,
  /^(?:\.netrc|\.git-credentials|\.ssh|\.aws|\.gnupg)$/,
];

/** Whether a file is of those that hold secrets, by its name. */
export function isSecret(name: string): boolean {
  return SECRETS.some((pattern) => pattern.test(name));
}

/** Whether a text is a private key, of ssh, TLS or age. */
export function isPrivateKey(text: string): boolean {
  return /^(?:#.*\n)*(?:-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1)/.test(text);
}

/** Whether a symbolic link is what `nix build` leaves: `result`, `result-bin`. */
export function isBuildResult(name: string, target: string): boolean {
  return /^result(?:-.*)?$/.test(name) && target.startsWith("/nix/store/");
}

/** The folder of the repository that a folder lies in: the lowest one with a `.git`. */
export function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}
