import { fc } from "../../support/properties";
import type { ContainerSettings } from "../../../src/model/container";
import type { BindMount } from "../../../src/model/options/bind-mounts";
import type { Credential } from "../../../src/model/options/credentials";
import type { ExtraVeth } from "../../../src/model/options/network/extra-veths";

type Values = { readonly [Name in keyof ContainerSettings]-?: fc.Arbitrary<NonNullable<ContainerSettings[Name]>> };

const some = <T>(...values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values]);
const record = <T>(values: Readonly<Record<string, fc.Arbitrary<T>>>): fc.Arbitrary<Readonly<Record<string, T>>> =>
  fc.record(values, { requiredKeys: [] }) as fc.Arbitrary<Readonly<Record<string, T>>>;

/** Values of every option that leaves something on the host, of which any two containers may have different ones. */
export const optionValues = (number: number) =>
  ({
    network: fc
      .tuple(
        fc.constantFrom<NonNullable<ContainerSettings["network"]>>(
          {},
          { privateNetwork: true },
          { hostAddress: "10.1.0.1", localAddress: `10.1.${number}.2` },
          { hostAddress: "10.1.0.1", localAddress: `10.1.${number}.3`, forwardPorts: [{ hostPort: 8000 + number }] },
          { hostBridge: "br0", localAddress: `10.2.${number}.2/16`, localMacAddress: `02:00:00:00:00:0${number}` },
          { hostAddress6: "fd00::1", localAddress6: `fd00::1:${number}` },
          { macvlans: ["eth0", "eth1:lan7"] },
          { networkNamespace: "/run/netns/blue" },
        ),
        record<ExtraVeth>({
          [`lan${number}`]: fc.constant({}),
          [`lan${number}1`]: fc.constantFrom(
            { hostAddress: "10.3.0.1", localAddress: `10.3.${number}.2`, localAddress6: `fd03::${number}2` },
            { hostBridge: "br0", localAddress: `10.4.${number}.2/16` },
            { hostBridge: "br0", localAddress: `10.4.${number}.2/24` },
          ),
        }),
      )
      .map(([network, extraVeths]) => (network.networkNamespace === undefined ? { ...network, extraVeths } : network)),
    bindMounts: record<BindMount>({
      "/data": fc.constantFrom({ hostPath: "/srv/$data", isReadOnly: false }, { hostPath: "/tank/100%", idmap: true }),
      "/b": fc.constantFrom({}, { idmap: "root" as const }, { idmap: "owner" as const, isReadOnly: false }),
      "/dev/dri": fc.constant({ isReadOnly: false }),
      "/c:norbind": fc.constant({ hostPath: "/b" }),
    }),
    tmpfs: some("/scratch", "/var/cache:size=10M,mode=755", "/opt/:size=25%"),
    ephemeral: fc.boolean(),
    privateUsers: fc.constantFrom<NonNullable<ContainerSettings["privateUsers"]>>(
      "no",
      "identity",
      "pick",
      131072,
      4294901759,
    ),
    enableTun: fc.boolean(),
    allowedDevices: some<{ node: string; modifier?: string }>(
      { node: "/dev/fuse" },
      { node: "/dev/dri/renderD128", modifier: "mrw" },
      { node: "/dev/net/tun" },
      { node: "char-drm", modifier: "r" },
      { node: "/dev/100%", modifier: "w" },
    ),
    additionalCapabilities: some("CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_BPF", "all"),
    systemCallFilter: some("bpf", "@keyring", "~@clock"),
    credentials: record<Credential>({
      "db-password": fc.constantFrom({ hostPath: "/run/agenix/db" }, { hostPath: "/run/secrets/db" }),
      constructor: fc.constant({ hostPath: "/etc/$x" }),
    }),
    extraFlags: some(
      "--setenv=A=$B",
      "--volatile=overlay",
      "--link-journal=no",
      "--network-zone=lan",
      "--drop-capability=CAP_KILL",
      "--resolv-conf=bind-host",
      "--rlimit=RLIMIT_NOFILE=1024",
      "--quiet",
    ),
    copyResolvConf: fc.boolean(),
    autoStart: fc.boolean(),
    timeouts: fc.constantFrom({}, { start: 120 }, { start: 5 }),
    unit: record<unknown>({
      after: some("network.target", "a.service", "sys-subsystem-net-devices-eth0.device"),
      requires: some("a.service", "b.mount"),
      bindsTo: some("sys-subsystem-net-devices-eth1.device", "a.service"),
      wants: some("network.target", "sys-subsystem-net-devices-eth0.device", "b.mount"),
      partOf: some("pod.target"),
      unitConfig: record<unknown>({
        ConditionPathExists: some("/srv/a", "!/srv/b"),
        RequiresMountsFor: fc.constantFrom("/b /tank", ["/srv/x"]),
        StartLimitBurst: fc.constant(3),
      }),
      serviceConfig: record<unknown>({
        ExecStartPost: fc.constantFrom("/usr/bin/env ip route add 10.9.0.0/16 dev lan0", "/usr/bin/env true"),
        Environment: some("A=1", "SYSTEMD_NSPAWN_USE_CGNS=0"),
        Restart: fc.constantFrom("always", "no"),
        Nice: fc.integer({ min: -20, max: 19 }),
      }),
      memoryMax: fc.constantFrom("2G", 1073741824, "infinity"),
      memoryHigh: fc.constantFrom("50%", "1G"),
      cpuQuota: fc.constantFrom("50%", "200%"),
      cpuWeight: fc.integer({ min: 1, max: 10000 }),
      tasksMax: fc.constantFrom("10%", 500),
      ioWeight: fc.integer({ min: 1, max: 10000 }),
    }) as fc.Arbitrary<NonNullable<ContainerSettings["unit"]>>,
  }) satisfies Partial<Values>;

export type OptionName = keyof ReturnType<typeof optionValues>;

/** Settings of which some are given and none contradicts another. */
export const optionSettings = (number: number): fc.Arbitrary<ContainerSettings> =>
  fc
    .record(optionValues(number) as Readonly<Record<string, fc.Arbitrary<unknown>>>, { requiredKeys: [] })
    .map(agreeing);

/** The settings without what contradicts others: the later ones give way. */
export function agreeing(settings: ContainerSettings): ContainerSettings {
  const { network = {}, bindMounts = {}, ephemeral, additionalCapabilities = [], copyResolvConf } = settings;
  const isJoined = network.networkNamespace !== undefined;
  const privateUsers = isJoined ? "no" : (settings.privateUsers ?? "no");
  const isMapped = privateUsers === "pick" || typeof privateUsers === "number";
  const mounts = Object.entries(bindMounts as Readonly<Record<string, BindMount>>).filter(
    ([, { idmap }]) => isMapped || idmap === undefined,
  );
  const flags = settings.extraFlags?.filter(
    (flag) =>
      !(ephemeral && /^--(volatile|link-journal)/.test(flag)) &&
      !(copyResolvConf === false && flag.startsWith("--resolv-conf")) &&
      !(additionalCapabilities.includes("all") && flag.startsWith("--drop-capability")) &&
      !((isJoined || network.hostBridge !== undefined) && flag.startsWith("--network-zone")),
  );
  return {
    ...settings,
    ...(settings.privateUsers !== undefined && { privateUsers }),
    ...(settings.bindMounts !== undefined && { bindMounts: Object.fromEntries(mounts) }),
    ...(flags !== undefined && { extraFlags: flags }),
  };
}
