import type { DesiredContainer } from "../src/model/container";
import { parseSettings } from "../src/model/container";
import { renderConf } from "../src/model/conf";
import { treeDigest } from "../src/nix";
import { convergeCall, plainDialect, programText } from "../src/script";

/** The module text of the containers that the benchmarks make. */
export function moduleText(mark: string): string {
  return `{ pkgs, ... }:
{
  services.nginx.enable = true;
  networking.firewall.allowedTCPPorts = [ 80 ];
  environment.systemPackages = [ pkgs.vim ];
  environment.etc.mark.text = "${mark}";
}
`;
}

/** A container as the benchmarks want it on a host. */
export function desired(name: string, number: number): DesiredContainer {
  const network = { hostAddress: `10.100.${number}.1`, localAddress: `10.100.${number}.2` };
  const files = [{ path: "configuration.nix", text: moduleText(name) }];
  return {
    ...parseSettings(name, { network }, {}, []),
    construct: name,
    host: "",
    owner: "bench/bench",
    config: { entry: "configuration.nix", files, digest: treeDigest(files) },
  };
}

/** The program that makes a container without Terraform, as Terraform would run it. */
export function convergeProgram(container: DesiredContainer): string {
  const promise = {
    action: "create",
    base: "any",
    stateVersion: "25.05",
    stopFirst: [],
    machine: "",
    apply: "made by bench",
  };
  return [...convergeCall(container, promise, plainDialect), programText("converge")].join("\n");
}

/** What somebody without our help would type: the same nixos-container commands, the same conf. */
export function handWritten(container: DesiredContainer): string {
  const { name, network } = container;
  return `set -e
r=\${CDKTF_NIXOS_ROOT-}
mkdir -p "$r/etc/nixos/containers"
cat >"$r/etc/nixos/containers/${name}.nix" <<'EOF'
${container.config.files[0].text}EOF
nixos-container create ${name} --config-file "$r/etc/nixos/containers/${name}.nix" \\
  --host-address ${network.hostAddress ?? ""} --local-address ${network.localAddress ?? ""}
cat >"$r/etc/nixos-containers/${name}.conf" <<'EOF'
${renderConf(container)}EOF
nixos-container start ${name}
`;
}
