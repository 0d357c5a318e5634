import type { Login } from "./arguments";
import { Backstage } from "./backstage";
import { foreignHands, mending, planOfDrift } from "./drift";
import { destruction, removal } from "./ending";
import { type Framework, requireFramework } from "./framework";
import type { DemoHost } from "./host";
import { Narrator } from "./narrator";
import { firstDeploy, firstPlan, secondPlan } from "./opening";
import { chooseResources, requireEngine } from "./provider";
import { hostsOf, type Stage } from "./stage";
import { Hindrance, Surprise } from "./surprise";
import { changesOn, tracesOn } from "./traces";

const acts = [firstPlan, firstDeploy, secondPlan, foreignHands, planOfDrift, mending, removal, destruction];

/** Plays the demo, and clears up whatever happens. Returns the exit code. */
export async function playDemo(narrator: Narrator, login: Login | undefined): Promise<number> {
  const backstage = new Backstage();
  const interrupted = onInterrupt(async (signal) => {
    backstage.close();
    narrator.breakOff(`${signal}: ending what runs, and clearing up`);
    process.exit(await clear(backstage, new Narrator(process.stdout), 130));
  });
  let code = 0;
  try {
    await play(backstage, narrator, login);
  } catch (error) {
    if (interrupted()) return await new Promise<never>(() => undefined); // what was ended could only fail
    code = tellFailure(narrator, error);
  }
  return clear(backstage, narrator, code);
}

async function play(backstage: Backstage, narrator: Narrator, login: Login | undefined): Promise<void> {
  const began = Date.now();
  const framework = requireFramework();
  narrator.title(`cdktf-nixos-containers: the containers of the NixOS manual, deployed with ${framework.name}`);
  const engine = requireEngine();
  const [web1, web2] = await narrator.during("starting", backstage.openHosts(login));
  narrator.say(login ? realScene(web1) : embeddedScene(framework));
  if (backstage.leftovers.length > 0) {
    narrator.say(`What an earlier demo had left there is removed: ${backstage.leftovers.join(", ")}.`);
  }
  const resources = chooseResources();
  narrator.say(`Engine: ${engine.binary} ${engine.version}. Resources: ${resources.kind}. ${resources.reason}.`);
  const project = backstage.openProject([web1, web2], framework, engine.binary, resources);
  const hosts = new Set([web1, web2]);
  const before = new Map(await Promise.all([...hosts].map(async (host) => [host.name, await tracesOn(host)] as const)));
  const stage: Stage = { narrator, project, web1, web2, before, resources: resources.kind };
  for (const act of acts) await act(stage);
  await backstage.clear();
  if (login) await checkCleared(stage);
  narrator.say(`All is as told, after ${Math.round((Date.now() - began) / 1000)} s, and nothing of the demo is left.`);
}

function embeddedScene({ name }: Framework): string {
  return `Two hosts, web1 and web2, and three containers: database (PostgreSQL), foo (sshd with a root key) and test
    (a user and some tools). The app is examples/nixos-manual/main.ts. The hosts are embedded ones: an SSH server each, in this process,
    in front of a temporary folder, with doubles of what only NixOS has (nixos-container, systemd, nix). All else is real: ssh, ${name},
    terraform, and the programs that run on the hosts. For a host of yours: npx cdktf-nixos demo --host root@HOST`;
}

function realScene(host: DemoHost): string {
  return `One host, ${host.name}, and three containers: database (PostgreSQL), foo (sshd with a root key) and test
    (a user and some tools). The app is examples/nixos-manual/main.ts. Whatever happens, the demo removes what it makes there.`;
}

/** A real host lives on: the archives too are gone from it. */
async function checkCleared(stage: Stage): Promise<void> {
  for (const host of hostsOf(stage)) {
    const { come } = await changesOn(host, stage.before.get(host.name) ?? []);
    if (come.length > 0) throw new Surprise(`what is left on ${host.name}`, "nothing", come.join("\n"));
    stage.narrator.check(`${host.name}: the demo has removed its archives too`);
  }
}

function tellFailure(narrator: Narrator, error: unknown): number {
  narrator.hush();
  if (error instanceof Hindrance) {
    narrator.fail(error.message);
    return 2;
  }
  if (error instanceof Surprise) {
    narrator.fail(`Not as told: ${error.what}`);
    narrator.say("expected:");
    narrator.show(error.expected.split("\n"));
    narrator.say("seen:");
    narrator.show(error.seen.split("\n"));
  } else {
    narrator.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return 1;
}

async function clear(backstage: Backstage, narrator: Narrator, code: number): Promise<number> {
  try {
    await narrator.during("clearing up", backstage.clear());
    return code;
  } catch (error) {
    tellFailure(narrator, error);
    return 1;
  }
}

/** Answers the first signal to end, or a reader who is gone; npm and the terminal may send the same one twice. */
function onInterrupt(answer: (signal: string) => Promise<void>): () => boolean {
  let interrupted = false;
  const once = (signal: string): void => {
    if (interrupted) return;
    interrupted = true;
    void answer(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, once);
  process.stdout.on("error", () => once("nobody reads on"));
  return () => interrupted;
}
