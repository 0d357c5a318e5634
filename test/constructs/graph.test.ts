import type { TerraformStack } from "./framework";
import { newContainer, newHost, newStack, remoteExec, resource, type StackJson, synth } from "./app";

describe.each([
  ["null_resource", "triggers", "self.triggers"],
  ["terraform_data", "triggers_replace", "self.triggers_replace"],
] as const)("on %s, a stack with a host and two containers", (type, key, self) => {
  let json: StackJson;
  beforeAll(() => {
    const stack = newStack({ resources: type });
    const host = newHost(stack);
    const network = { hostAddress: "192.168.100.10", localAddress: "192.168.100.11" };
    newContainer(stack, host, "database", { network, autoStart: true });
    newContainer(stack, host, "foo", { config: "{ pkgs, ... }:\n{ services.nginx.enable = true; }\n", protect: true });
    json = synth(stack);
  });

  test("has one resource for each container, one for the host's removals, and one teardown", () => {
    expect(Object.keys(json.resource[type] ?? {}).sort()).toEqual(
      ["nixos-teardown", "web1_database", "web1_foo", "web1_nixos-removals"]
        .concat(type === "terraform_data" ? "nixos-problems" : [])
        .sort(),
    );
  });

  test("tells what happens to a container in its first trigger, then its settings and configuration", () => {
    expect(Object.entries(resource(json, "web1_database", type)[key])).toEqual([
      ["apply", "not observed: observation is off; nothing can be deployed"],
      ["autoStart", "true"],
      ["conf", "PRIVATE_NETWORK=1\nHOST_ADDRESS=192.168.100.10\nLOCAL_ADDRESS=192.168.100.11\nCOPY_RESOLV_CONF=1"],
      [
        "config/configuration.nix",
        "{ config, lib, pkgs, ... }:\n{\n  services = {\n    postgresql = {\n      enable = true;\n    };\n  };\n}\n",
      ],
      ["removalPolicy", "archive"],
      ["running", "true"],
      ["stateVersion", "auto"],
    ]);
    expect(resource(json, "web1_foo", type)[key]).toMatchObject({
      autoStart: "false",
      protect: "true",
      "config/configuration.nix": "{ pkgs, ... }:\n{ services.nginx.enable = true; }\n",
    });
  });

  test("carries no connection detail in the triggers of a container or of the removals", () => {
    for (const name of ["web1_database", "web1_foo", "web1_nixos-removals"]) {
      expect(JSON.stringify(resource(json, name, type)[key])).not.toContain("example.org");
      expect(JSON.stringify(remoteExec(resource(json, name, type)).connection)).toContain("example.org");
    }
  });

  test("uploads each script under a new name into a directory of the user's own", () => {
    const { connection } = remoteExec(resource(json, "web1_database", type));
    expect(connection).toEqual({
      type: "ssh",
      host: "web1.example.org",
      port: 22,
      user: "root",
      agent: true,
      host_key: "",
      script_path: "./.cdktf-nixos-%RAND%.sh",
      timeout: "60s",
    });
  });

  test("holds each program once, and refers to it from every container", () => {
    expect(Object.keys(json.locals ?? {})).toEqual(["nixos_converge", "nixos_problems", "nixos_reap"]);
    const program = json.locals?.["nixos_converge"] as string;
    const piece = program.slice(-400);
    expect(JSON.stringify(json).split(JSON.stringify(piece).slice(1, -1))).toHaveLength(2);
    for (const name of ["web1_database", "web1_foo"]) {
      const { inline } = remoteExec(resource(json, name, type));
      expect(inline).toHaveLength(1);
      expect(inline[0]?.endsWith("\n}\n${local.nixos_converge}")).toBe(true);
    }
    expect(remoteExec(resource(json, "web1_nixos-removals", type)).inline[0]).toMatch(/\n\$\{local\.nixos_reap\}$/);
  });

  test("hands the configuration over through the triggers, so that it stands there once", () => {
    const [inline = ""] = remoteExec(resource(json, "web1_foo", type)).inline;
    expect(inline).toContain(`\${base64encode(${self}["config/configuration.nix"])}`);
    expect(inline).toContain(`w_apply='\${base64encode(${self}["apply"])}'`);
    expect(inline).not.toContain("nginx");
  });

  test("tears down by machine, at destroy time, and not for an operator's own key path", () => {
    const teardown = resource(json, "nixos-teardown", type);
    expect(teardown.for_each).toEqual({}); // nothing is observed, so no machine is known
    expect(teardown.lifecycle).toEqual({
      create_before_destroy: true,
      ignore_changes: [
        "identity",
        "certificate",
        "agent",
        "agent_identity",
        "bastion_identity",
        "script_path",
        "ssh_identity",
      ].map((name) => (key === "triggers" ? `triggers["${name}"]` : `triggers_replace.${name}`)),
    });
    expect(remoteExec(teardown).when).toBe("destroy");
    expect(Object.entries(teardown[key]).filter(([name]) => name !== "owner")).toEqual(
      Object.keys(teardown[key])
        .filter((name) => name !== "owner")
        .map((name) => [name, `\${each.value.${name}}`]),
    );
    expect(teardown[key]["owner"]).toBe("project/prod");
  });

  test("refers in the destroy-time provisioner only to self and each.key", () => {
    const { inline, connection } = remoteExec(resource(json, "nixos-teardown", type));
    const text = [...inline, ...Object.values(connection).map(String)].join("\n");
    const expressions = [...text.matchAll(/(?<!\$)\$\{([^}]*)\}/g)].map(([, expression = ""]) => expression);
    expect(expressions).toContain("each.key");
    expect(text).not.toContain("project/prod"); // the owner it was deployed with, not the code's of today
    expect(expressions).toContain(`base64encode(${self}["owner"])`);
    expect(expressions.length).toBeGreaterThan(10);
    for (const expression of expressions) {
      const references = expression.match(/\b[a-z_]+\.[a-z_]+(\.[a-z_]+)*/g) ?? [];
      for (const reference of references) {
        expect(reference === "each.key" || reference === self || reference.startsWith(`${self}.`)).toBe(true);
      }
    }
  });

  test("orders the teardown before the containers, and these before the removals", () => {
    const dependencies = (name: string): readonly string[] => resource(json, name, type).depends_on ?? [];
    expect(dependencies("nixos-teardown")).toEqual(["terraform_data.nixos-problems"]);
    expect(dependencies("web1_database")).toEqual([`${type}.nixos-teardown`]);
    expect(dependencies("web1_foo")).toEqual([`${type}.nixos-teardown`]);
    expect(dependencies("web1_nixos-removals")).toEqual([
      `${type}.nixos-teardown`,
      `${type}.web1_database`,
      `${type}.web1_foo`,
    ]);
  });

  test("runs nothing at destroy time but the teardown", () => {
    const destroying = Object.entries(json.resource[type] ?? {})
      .filter(([, carrier]) => carrier.provisioner?.some((each) => each["remote-exec"].when === "destroy"))
      .map(([name]) => name);
    expect(destroying).toEqual(["nixos-teardown"]);
  });
});

test("a container exposes its name and its addresses", () => {
  const stack = newStack();
  const host = newHost(stack);
  const plain = newContainer(stack, host, "plain");
  expect([plain.name, plain.host, plain.localAddress, plain.hostAddress6]).toEqual([
    "plain",
    host,
    undefined,
    undefined,
  ]);
  const bridged = newContainer(stack, host, "construct-with-a-long-id", {
    name: "bridged",
    network: { hostBridge: "br0", localAddress: "10.0.0.2/24", localAddress6: "FD00::2/64", hostAddress6: "fd00:0::1" },
  });
  expect(bridged.name).toBe("bridged");
  expect(bridged.localAddress).toBe("10.0.0.2");
  expect(bridged.hostAddress).toBeUndefined();
  expect(bridged.localAddress6).toBe("fd00::2");
  expect(bridged.hostAddress6).toBe("fd00::1");
});

test("the address of one container can be part of another's configuration", () => {
  const stack = newStack();
  const host = newHost(stack);
  const network = { hostAddress: "192.168.100.10", localAddress: "192.168.100.11" };
  const { localAddress } = newContainer(stack, host, "database", { network });
  newContainer(stack, host, "app", { config: { environment: { variables: { DATABASE: localAddress } } } });
  expect(resource(synth(stack), "web1_app").triggers["config/configuration.nix"]).toContain(
    'DATABASE = "192.168.100.11";',
  );
});

describe("the engine that a stack asks for", () => {
  const required = (prepare: (stack: TerraformStack) => void): unknown => {
    const stack = newStack();
    prepare(stack);
    return synth(stack).terraform.required_version;
  };

  test("is at least Terraform 1.5, which an older one says itself", () => {
    expect(required((stack) => newHost(stack))).toBe(">= 1.5.0");
  });

  test("is the user's choice where there is one, made before the constructs or after them", () => {
    const choose = (stack: TerraformStack): void => stack.addOverride("terraform.required_version", "~> 1.11");
    const chosen = ["before", "after"].map((when) =>
      required((stack) => {
        if (when === "before") choose(stack);
        newHost(stack);
        if (when === "after") choose(stack);
      }),
    );
    expect(chosen).toEqual(["~> 1.11", "~> 1.11"]);
  });

  test("is none of ours in a stack without hosts", () => {
    expect(required(() => undefined)).toBeUndefined();
  });
});

test("what a container's unit is told by options stands in its triggers, so that Terraform shows what differs", () => {
  const stack = newStack();
  const host = newHost(stack);
  const ordinary = { bindMounts: { "/data": {} }, autoStart: true, timeouts: { start: 90 } };
  newContainer(stack, host, "plain", ordinary);
  newContainer(stack, host, "told", { ...ordinary, enableTun: true, unit: { memoryMax: "1G", after: ["a.service"] } });
  const json = synth(stack);
  expect(resource(json, "web1_plain").triggers["unit"]).toBeUndefined();
  expect(resource(json, "web1_told").triggers["unit"]).toBe(
    "DeviceAllow=/dev/net/tun rwm\nAfter=a.service\nMemoryMax=1G",
  );
});
