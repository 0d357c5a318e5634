import { readFileSync } from "node:fs";
import path from "node:path";
import { NixosHost } from "../../constructs";
import type { HostNeed } from "../../src/plan";
import { hostConfigText } from "../../src/render";
import { newContainer, newStack, synth, temporaryFolder } from "./app";

test("what the hosts' own configuration needs is handed over, without a look at them too", () => {
  const file = path.join(temporaryFolder(), "plan.json");
  process.env["CDKTF_NIXOS_PLAN_FILE"] = file;
  try {
    const stack = newStack();
    newContainer(stack, new NixosHost(stack, "web1", { address: "web1" }), "database", {
      network: { privateNetwork: true },
    });
    synth(stack);
  } finally {
    delete process.env["CDKTF_NIXOS_PLAN_FILE"];
  }
  const { needs } = JSON.parse(readFileSync(file, "utf8")) as { needs: readonly HostNeed[] };
  const text = hostConfigText(needs);
  expect(text).toContain("# It was not looked at");
  expect(text).toContain("networking.nat.enable = true;");
});
