#!/usr/bin/env node
import { Command, Option } from "commander";
import { demoCommand } from "./demo-command";
import { embeddedHostCommand, type EmbeddedHostCommandOptions } from "./embedded-host-command";
import { planCommand, type PlanOptions } from "./plan-command";
import { packageVersion } from "./version";

// A reader such as `head` may close the pipe: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

const program = new Command("cdktf-nixos")
  .description("NixOS containers as CDKTF constructs: what a deploy would do to the live hosts.")
  .version(packageVersion(), "-v, --version", "print the version")
  .helpOption("-h, --help", "print this help")
  .helpCommand(false)
  .showHelpAfterError("(see cdktf-nixos --help)");

program
  .command("plan")
  .description("show what `cdktf deploy` would do to the containers, on the hosts as they are now")
  .argument("[stack]", "show this stack alone")
  .option("--json", "print it for machines (schemaVersion 1)")
  .option("--destroy", "show what `cdktf destroy` would do to the containers and their data instead")
  .option("--detailed-exitcode", "exit with 2 when there are changes, instead of 0")
  .addOption(
    new Option(
      "--host-config",
      "print instead, as a NixOS module for each host, what its own configuration needs for the containers",
    ).conflicts(["json", "destroy", "detailedExitcode"]),
  )
  .option("--app <command>", "the command that runs the app, instead of cdktf.json's")
  .option("--no-color", "print without colours")
  .addHelpText(
    "after",
    "\nExit codes: 0 a plan, with changes or without, 1 an error or a problem; with --detailed-exitcode 2 changes.",
  )
  .action(async (stack: string | undefined, options: PlanOptions) => {
    process.exitCode = await planCommand(stack, options, process.cwd());
  });

program
  .command("embedded-host")
  .description("start a NixOS host for tests on this machine: an SSH server before a directory, without root or NixOS")
  .option("--json", "print how to log in as one line of JSON: the props of its NixosHost")
  .option("--name <name>", "its host name", "host")
  .option("--user <user>", "who logs in", "root")
  .addHelpText(
    "after",
    "\nIt ends with Ctrl-C or SIGTERM, when its standard input ends, or with the process that started it.",
  )
  .action(async (options: EmbeddedHostCommandOptions) => {
    process.exitCode = await embeddedHostCommand(options);
  });

program
  .command("demo")
  .description("deploy the containers of the NixOS manual to two embedded hosts, and show what happens")
  .option("--host <host>", "use this NixOS host instead: [USER@]HOST[:PORT] or an alias of ~/.ssh/config")
  .addHelpText("after", "\nExit codes: 0 all is as told, 1 something is not, 2 it could not begin, 130 interrupted.")
  .action(async ({ host }: { host?: string }) => {
    process.exitCode = await demoCommand(host === undefined ? [] : ["--host", host]);
  });

void program.parseAsync();
