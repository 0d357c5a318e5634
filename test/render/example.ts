import type { Plan } from "../../src/plan";
import { planApp } from "../../src/plan";
import { app, container, converged, seen, unmanaged, unseen } from "../plan/support/model";

const postgres =
  "{ pkgs, ... }:\n{\n  services.postgresql.enable = true;\n  services.postgresql.package = pkgs.postgresql_16;\n}\n";
const private10 = { hostAddress: "192.168.100.10", localAddress: "192.168.100.11" };

/** A plan with something of everything: what the golden files show. */
export function examplePlan(): Plan {
  const before = {
    database: container("database", { network: private10, files: { "configuration.nix": postgres } }),
    cache: container("cache"),
    mail: container("mail"),
    wiki: container("wiki"),
    old: container("old", { host: "shop/web2", removalPolicy: "destroy" }),
    blog: container("blog"),
  };
  const web1 = seen("shop/web1", [
    converged(before.database),
    { ...converged(before.cache), confTime: 9999 },
    { ...converged(before.mail), unit: "down", active: "failed failed" },
    converged(before.wiki, { built: { nixpkgs: "/nix/store/older", release: "24.11.20250101.1111111" } }),
    converged(before.blog),
    converged(container("shop")),
    unmanaged("legacy"),
    unmanaged("test"),
  ]);
  const web2 = seen("shop/web2", [converged(before.old), converged(container("search", { host: "shop/web2" }))], {});
  const web3 = unseen("shop/web3", { kind: "unobserved", reason: "address" });
  const web4 = unseen("shop/web4", {
    kind: "failed",
    what: "the host web4 (web4.example.org) cannot be reached",
    remedy: "see that it is up and that `ssh web4.example.org` works",
    detail: "ssh: connect to host web4.example.org port 22: Connection refused",
  });
  return planApp(
    app(
      [web1, web2, web3, web4],
      [
        container("database", {
          network: {
            hostAddress: "192.168.100.10",
            localAddress: "192.168.100.20",
            forwardPorts: [{ hostPort: 5432 }],
          },
          files: { "configuration.nix": postgres.replace("_16", "_17") },
          autoStart: true,
        }),
        before.cache,
        before.mail,
        before.wiki,
        before.blog,
        container("shop"),
        container("legacy", { adopt: true, network: { hostAddress: "10.233.1.1", localAddress: "10.233.1.2" } }),
        container("test"),
        container("search", { host: "shop/web2", stateVersion: "25.11" }),
        container("new", {
          host: "shop/web2",
          files: { "configuration.nix": "{ }\n" },
          bindMounts: { "/data": { hostPath: "/srv/new" } },
        }),
        container("later", { host: "shop/web3" }),
        container("far", { host: "shop/web4" }),
      ],
    ),
  );
}
