import type { ContainerPlan } from "../../src/plan";
import {
  actionsOf,
  addressOf,
  applyAndShow,
  configurationOn,
  containerIn,
  invocationOn,
  type Stage,
  statusOn,
} from "./stage";
import { expectIn, expectSame, Surprise } from "./surprise";

const bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDz2oZT0ZQmFcVnQZpZkqK0cUGvN3aXHq0bQ0nJt4Ywr bob@example.net";

/** Somebody logs in to the hosts: a key more in foo, and database stopped. */
export async function foreignHands({ narrator, web1, web2 }: Stage): Promise<void> {
  narrator.step("Meanwhile, behind its back …");
  narrator.say(
    "… somebody logs in to the hosts. foo gets one more key that may log in as root, built and live; database is stopped, and stays so. Neither the code nor Terraform's state knows of it.",
  );
  const folder = "/var/lib/cdktf-nixos/containers/foo";
  const edit = `sed -i '/alice@/a\\    "${bob}"' modules-*/config/configuration.nix`;
  const commands = [edit, "nixos-container update foo"];
  narrator.command(`root@${web2.name} #`, `cd ${folder}`, ...commands);
  await narrator.during("nixos-container update foo", web2.sh(`cd "$R${folder}"\n${commands.join("\n")} >&2`));
  narrator.command(`root@${web1.name} #`, "nixos-container stop database");
  await narrator.during("nixos-container stop database", web1.sh("nixos-container stop database"));
  expectIn("the configuration of foo", await configurationOn(web2, "foo"), bob);
  expectSame("database", await statusOn(web1, "database"), "down");
  narrator.check("bob's key is in foo, and database is down");
}

/** The plans say exactly that. */
export async function planOfDrift(stage: Stage): Promise<void> {
  const { narrator, project } = stage;
  narrator.step("The plan says exactly that");
  narrator.command("$", "npx cdktf-nixos plan");
  narrator.show(await narrator.during("looking at the hosts", project.planText(narrator.colors, true)));
  const plan = await project.plan();
  expectSame("the plan", actionsOf(plan), { database: "start", foo: "update", test: "none" });
  expectSame("the effect on foo", containerIn(plan, "foo")?.effect, "reload");
  expectSame("the lines of foo's configuration that change", changedLines(containerIn(plan, "foo")), [`-    "${bob}"`]);
  narrator.check("one key to take out of foo, without a restart; database to start; test is left alone");
  narrator.say(
    "Terraform, whose state has not changed, plans the same two. It prints “must be replaced”, for that is how Terraform runs a change; nothing is replaced but its own record. The first lines of `apply` say what happens to the container:",
  );
  narrator.command("$", `npx ${project.cli} diff`);
  const { lines, actions } = await narrator.during(`${project.cli} diff`, project.diff());
  narrator.show(lines);
  expectSame("what terraform would do", actions, {
    [addressOf(stage, "database")]: "delete, create",
    [addressOf(stage, "foo")]: "delete, create",
  });
  expectIn("terraform's plan", lines.join("\n"), "start: database");
  narrator.check("the same two containers, and nothing else");
}

/** The next deploy mends it. */
export async function mending(stage: Stage): Promise<void> {
  const { narrator, web1, web2 } = stage;
  narrator.step("The next deploy mends it");
  await web1.sh('mkdir -p "$STATE/database/root"; echo gold >"$STATE/database/root/treasure"');
  const before = await invocationOn(web2, "foo");
  await applyAndShow(stage, "deploy");
  expectSame("database", await statusOn(web1, "database"), "up");
  expectSame("a file in database", await web1.sh('cat "$STATE/database/root/treasure"'), "gold");
  narrator.check("database is up again, and a file that we put into it before is still there");
  const configuration = await configurationOn(web2, "foo");
  if (configuration.includes("bob"))
    throw new Surprise("the configuration of foo", "that bob's key is out", configuration);
  expectSame("the run of foo", await invocationOn(web2, "foo"), before);
  narrator.check("bob's key is out of foo, and foo was not restarted for it");
  expectSame(
    "what terraform would do now",
    (await narrator.during(`${stage.project.cli} diff`, stage.project.diff())).actions,
    {},
  );
  narrator.check(`nothing is left to do: \`npx ${stage.project.cli} diff\` is empty again`);
}

function changedLines(plan: ContainerPlan | undefined): string[] {
  return (plan?.config ?? []).flatMap(({ lines }) => lines.filter((line) => /^[-+]/.test(line)));
}
