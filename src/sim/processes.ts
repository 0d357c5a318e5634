import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** Processes of the host with this root, known by their environment, whatever session or parent they have given themselves. */
async function processesOf(root: string): Promise<number[]> {
  const mark = `CDKTF_NIXOS_ROOT=${root}`;
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      return environment.split("\0").some((entry) => entry === mark || entry.startsWith(`${mark}/`)) ? [pid] : [];
    }),
  );
  return found.flat().filter((pid) => pid !== process.pid);
}

/** Kills every process of the host, and those they start meanwhile, until none is left. */
export async function killProcesses(root: string): Promise<void> {
  for (let pids = await processesOf(root); pids.length > 0; pids = await processesOf(root)) {
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
    await delay(2);
  }
}
