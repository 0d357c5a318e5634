import { applyAndShow, actionsOf, addressOf, configurationOn, hostsOf, type Stage, statusOn } from "./stage";
import { expectIn, expectSame } from "./surprise";
import { resourceLines } from "./terraform-output";
import { changesOn } from "./traces";

/** Nothing is there: the plan says what will come, and touches nothing. */
export async function firstPlan(stage: Stage): Promise<void> {
  const { narrator, project } = stage;
  narrator.step("What would a deploy do?");
  narrator.say(
    "The app has never been deployed. It looks at each host over one ssh connection, and compares what is there with what the code wants:",
  );
  narrator.command("$", "npx cdktf-nixos plan");
  narrator.show(await narrator.during("looking at the hosts", project.planText(narrator.colors, true)));
  expectSame("the plan", actionsOf(await project.plan()), { database: "create", foo: "create", test: "create" });
  for (const host of hostsOf(stage)) {
    expectSame(`what planning did to ${host.name}`, await changesOn(host, before(stage, host.name)), noChange);
  }
  narrator.check("three containers to create, and not a file has changed on the hosts");
}

/** Terraform shows the same, and does it. */
export async function firstDeploy(stage: Stage): Promise<void> {
  const { narrator, project, web1, web2 } = stage;
  narrator.step("Terraform plans the same, and does it");
  narrator.say(
    "For Terraform each container is one resource. What it shows of database: the plan in words, and the configuration that will arrive.",
  );
  narrator.command("$", `npx ${project.cli} diff`);
  const plan = await narrator.during(`${project.cli} diff`, project.diff());
  narrator.show(resourceLines(plan.lines, addressOf(stage, "database")));
  const others = Object.keys(plan.actions).length - 1;
  narrator.omit(`${others} more: the other two containers, and for each host what removes and tears down`);
  narrator.show(plan.lines.slice(-1));
  for (const container of ["database", "foo", "test"]) {
    expectSame(`terraform's plan of ${container}`, plan.actions[addressOf(stage, container)], "create");
  }
  await applyAndShow(stage, "deploy");
  narrator.say("Is it so? A look at the hosts:");
  for (const [host, container] of [
    [web1, "database"],
    [web2, "foo"],
    [web2, "test"],
  ] as const) {
    expectSame(`${container} on ${host.name}`, await statusOn(host, container), "up");
  }
  narrator.check(`database is up on ${web1.name}, foo and test are up on ${web2.name}`);
  expectSame("the address of database", await web1.sh("nixos-container show-ip database"), "192.168.100.11");
  expectIn("the configuration of database", await configurationOn(web1, "database"), "postgresql = {");
  narrator.check("database is built with PostgreSQL, and has the address 192.168.100.11");
  const wanted = await web1.sh("systemctl show machines.target -p Wants --value");
  expectIn("what starts when the host boots", wanted, "container@database.service");
  narrator.check("database starts when its host boots: machines.target wants it");
}

/** A second plan is empty. */
export async function secondPlan(stage: Stage): Promise<void> {
  const { narrator, project } = stage;
  narrator.step("And once more?");
  narrator.say("A second deploy has nothing to do, and both plans say so.");
  narrator.command("$", "npx cdktf-nixos plan");
  narrator.show(await narrator.during("looking at the hosts", project.planText(narrator.colors, false)));
  narrator.command("$", `npx ${project.cli} diff`);
  const plan = await narrator.during(`${project.cli} diff`, project.diff());
  expectSame("what terraform would do", plan.actions, {});
  narrator.show(plan.lines);
  narrator.check("nothing to do for cdktf-nixos, nothing to do for terraform");
}

const noChange = { come: [], gone: [] };

function before(stage: Stage, name: string): readonly string[] {
  return stage.before.get(name) ?? [];
}
