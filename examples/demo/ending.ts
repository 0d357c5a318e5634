import { actionsOf, applyAndShow, hostsOf, type Stage, statusOn } from "./stage";
import { expectSame, Surprise } from "./surprise";
import { changesOn } from "./traces";

/** A construct leaves the code: its container goes, its data stays. */
export async function removal(stage: Stage): Promise<void> {
  const { narrator, project, web2 } = stage;
  narrator.step("A container leaves the code");
  narrator.say(
    'Somebody has worked in test: there is a file in it. Now `new NixosContainer(stack, "test", …)` is deleted from the app. By default what it held is archived on its host, not deleted.',
  );
  await web2.sh('mkdir -p "$STATE/test/home/alice"; echo "to be kept" >"$STATE/test/home/alice/notes"');
  project.without = "test";
  narrator.command("$", "npx cdktf-nixos plan");
  narrator.show(await narrator.during("looking at the hosts", project.planText(narrator.colors, true)));
  const actions = actionsOf(await project.plan());
  expectSame("the plan", actions, { database: "none", foo: "none", test: "remove" });
  await applyAndShow(stage, "deploy");
  expectSame("test", await statusOn(web2, "test"), "gone");
  expectSame("foo", await statusOn(web2, "foo"), "up");
  narrator.check(`test is gone from ${web2.name}, foo beside it runs on`);
  const kept = await web2.sh('cd "$STATE"; cat .archive/test-*/root/home/alice/notes');
  expectSame("the file in the archive", kept, "to be kept");
  narrator.check("the file is in the archive, with all that was in test");
}

/** Everything is destroyed: the hosts are as they were. */
export async function destruction(stage: Stage): Promise<void> {
  const { narrator } = stage;
  narrator.step("Destroy: the hosts are as they were before");
  await applyAndShow(stage, "destroy");
  for (const host of hostsOf(stage)) {
    const { come, gone } = await changesOn(host, stage.before.get(host.name) ?? []);
    const isArchive = (path: string): boolean => /\/\.archive(\/(database|foo|test)-[^/]+)?$/.test(path);
    const left = come.filter((path) => !isArchive(path));
    if (left.length > 0) throw new Surprise(`what is left on ${host.name}`, "nothing but the archive", left.join("\n"));
    expectSame(`what else has gone from ${host.name}`, gone, []);
    narrator.check(`${host.name}: confs, profiles, gc roots, boot links and our own notes are gone. What is left:`);
    narrator.show(come.filter((path) => !path.endsWith("/.archive")));
  }
}
