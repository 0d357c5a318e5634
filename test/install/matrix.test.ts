import { describeUnless } from "../support/tools";
import { Folder } from "../package/folder";
import { pack, type Packed } from "../package/packed";
import { registryProblem } from "../package/registry";
import { type Row, rows } from "./cells";
import { nodeEnvironment } from "./nodes";
import { initialize, installAsPrinted, quiet } from "./project";

/** Each cell of the table that is printed at the end: what was done, and how it went. */
const table: string[] = [];

async function told(row: Row, node: number | undefined, step: string, work: () => Promise<unknown>): Promise<void> {
  const began = Date.now();
  let outcome = "failed";
  try {
    await work();
    outcome = "ok";
  } finally {
    const seconds = `${Math.round((Date.now() - began) / 1000)} s`;
    const cells = [row.name.padEnd(46), node === undefined ? "" : `node ${node}`, step];
    table.push(`${cells[0]} ${cells[1]?.padEnd(8)} ${step.padEnd(12)} ${outcome.padEnd(7)} ${seconds.padStart(5)}`);
  }
}

describeUnless(registryProblem(), "the package, installed from its tarball", () => {
  const folder = Folder.temporary();
  let packed: Packed;
  beforeAll(async () => {
    packed = await pack(folder.folder("sources"));
  }, 300_000);
  afterAll(() => {
    process.stdout.write(`\n${table.join("\n")}\n\n`);
    folder.remove();
  });

  describe.each(rows.map((row) => [row.name, row] as const))("%s", (name, row) => {
    const project = folder.folder(name.replace(/\W+/g, "-"));
    const [oldest = 0] = row.nodes;
    const library = row.library ?? row.framework;

    test("installs as printed", async () => {
      await told(row, oldest, "install", async () => {
        const env = await nodeEnvironment(oldest);
        if (row.start === "init") await initialize(row.framework, project, env);
        if ("block" in row.install) await installAsPrinted(row.install.block, packed.tarball, project, env);
        else
          await project.run("sh", ["-ec", row.install.commands.replace("PACKAGE", packed.tarball)], {
            ...quiet,
            ...env,
          });
        if (row.style.extra) await project.run("sh", ["-ec", row.style.extra], { ...quiet, ...env });
        for (const [file, text] of Object.entries(row.style.files(library))) project.write(file, text);
      });
    }, 600_000);

    describe.each(row.nodes)("on node %d", (node) => {
      const run = async (command: string) =>
        project.try("sh", ["-ec", command], { CDKTF_NIXOS_OBSERVE: "off", ...(await nodeEnvironment(node)) });
      const succeeds = async (command: string): Promise<string> => {
        const { code, stdout, stderr } = await run(command);
        if (code !== 0) throw new Error(`${command} ended with ${code}:\n${stdout}${stderr}`);
        return stdout + stderr;
      };

      test("typechecks, and a wrong prop is noticed", async () => {
        await told(row, node, "typecheck", async () => {
          await succeeds(row.style.typecheck);
          project.write(
            "wrong.ts",
            'import type { NixosContainerProps } from "cdktf-nixos-containers";\nexport const wrong: Partial<NixosContainerProps> = { autoStart: "yes" };\n',
          );
          const { code, stdout } = await run(row.style.typecheck);
          project.write("wrong.ts", "");
          expect(stdout).toMatch(/wrong\.ts.*TS2322/);
          expect(code).not.toBe(0);
        });
      }, 300_000);

      test("synthesizes", async () => {
        await told(row, node, "synth", async () => {
          await project.run("rm", ["-rf", "cdktf.out"]);
          await succeeds(row.style.synth);
          expect(project.stack("containers")).toHaveProperty(
            "resource.null_resource.web1_database.triggers.autoStart",
            "true",
          );
        });
      }, 300_000);

      test("is unit-tested", async () => {
        await told(row, node, "unit test", async () => {
          expect(await succeeds(row.style.test)).toMatch(row.style.passed);
        });
      }, 300_000);
    });
  });
});
