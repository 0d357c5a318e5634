import { userInfo } from "node:os";

/** The user on this machine, as ssh knows them: from the password database, whatever HOME says. */
export interface LocalUser {
  readonly name: string;
  readonly home: string;
  readonly uid: number;
}

/** The user on this machine, or undefined for a uid without an entry (ssh itself refuses to run then, and says so). */
export function localUser(): LocalUser | undefined {
  try {
    const { username, homedir, uid } = userInfo();
    return { name: username, home: homedir, uid };
  } catch {
    return undefined;
  }
}
