import fs from "node:fs/promises";
import path from "node:path";
import { mountLine, type Tree } from "./tree";

/** What the kernel knew of containers and mount units is gone after a reboot; /run must still be there, for it says what that was. */
export async function forgetKernelState(tree: Tree): Promise<void> {
  await giveInterfacesBack(tree);
  await unmountUnits(tree);
  await fs.rm(tree.real("/sys/fs/cgroup"), { recursive: true, force: true });
}

/** What mount units have mounted comes back when something needs it. */
async function unmountUnits(tree: Tree): Promise<void> {
  const folder = tree.real("/etc/systemd/system");
  const units = (await fs.readdir(folder)).filter((name) => name.endsWith(".mount"));
  const texts = await Promise.all(units.map((name) => fs.readFile(path.join(folder, name), "utf8")));
  const points = texts.map((text) => mountLine(/^Where=(.*)$/m.exec(text)?.[1] ?? ""));
  const mountinfo = await fs.readFile(tree.real("/proc/self/mountinfo"), "utf8");
  const left = mountinfo.split(/(?<=\n)/).filter((line) => !points.includes(line));
  await fs.writeFile(tree.real("/proc/self/mountinfo"), left.join(""));
}

/** Links that containers had made are gone; interfaces that were theirs are the host's again. */
async function giveInterfacesBack(tree: Tree): Promise<void> {
  const net = tree.real("/sys/class/net");
  const claims = tree.real("/run/embedded-host/claims");
  for (const container of await fs.readdir(claims))
    for (const [, name] of (await fs.readFile(path.join(claims, container), "utf8")).matchAll(/^link (.+)$/gm))
      await fs.rm(path.join(net, name), { recursive: true, force: true });
  const taken = tree.real("/run/embedded-host/taken");
  for (const container of await fs.readdir(taken))
    for (const name of await fs.readdir(path.join(taken, container)))
      await fs.rename(path.join(taken, container, name), path.join(net, name));
}
