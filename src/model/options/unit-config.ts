import type { Refuse } from "../error";
import type { Line } from "../line";
import { pathFault } from "../path";
import { closestName } from "../suggestion";
import { limitKeys } from "./unit-limits";

/** A value of a unit file, as NixOS writes it: a list is the same key several times. */
export type UnitValue = string | number | boolean | readonly (string | number)[];

/** The settings that name units, by the key of the unit file. */
export const relations = {
  after: "After",
  requires: "Requires",
  bindsTo: "BindsTo",
  wants: "Wants",
  partOf: "PartOf",
} as const;

/** Keys that a setting of ours writes, and which. */
export const elsewhere: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(relations).map(([setting, key]) => [key, `unit.${setting}`])),
  ...Object.fromEntries(limitKeys.map(([setting, key]) => [key, `unit.${setting}`])),
  TimeoutStartSec: "timeouts.start",
  TimeoutSec: "timeouts.start",
  DeviceAllow: "allowedDevices",
  DevicePolicy: "allowedDevices",
  RuntimeDirectory: "ephemeral",
  LoadCredential: "credentials",
  LoadCredentialEncrypted: "credentials",
  SetCredential: "credentials",
};

/** Keys by which the container would be no container any more. */
const ofTheTemplate = new Set([
  ...["Type", "ExecStart", "ExecReload", "ExecStop", "ExecStopPost", "RemainAfterExit", "NotifyAccess", "KillMode"],
  ...["EnvironmentFile", "Delegate", "SyslogIdentifier", "SuccessExitStatus", "RestartForceExitStatus", "BusName"],
  ...["RootDirectory", "User", "Group", "DynamicUser", "PrivateNetwork", "ProtectSystem", "DefaultDependencies"],
]);

/** Keys of the section [Unit] (systemd.unit), which [Service] ignores. */
const ofUnitSection =
  /^(Condition|Assert|(Requires|Wants)MountsFor|StartLimit|On(Failure|Success)|JobTimeout|JobRunning|(Failure|Success)Action|Refuse(ManualStart|ManualStop)|Upholds|Requisite|Before|Conflicts|Propagates|ReloadPropagated|StopPropagated|StopWhenUnneeded|JoinsNamespaceOf|Description$|Documentation$|CollectMode|SourcePath|IgnoreOnIsolate|AllowIsolate|SurviveFinalKillSignal|RebootArgument)/;

/** Keys of the section [Service], by how most of them begin; [Unit] ignores them. */
const ofServiceSection =
  /^(Exec|Restart|Limit|Memory|CPU|IO|Tasks|Device|Environment|Kill|Timeout|Runtime|Watchdog|Nice$|OOM|Slice$|LoadCredential|SetCredential|User$|Group$|Type$|Protect|Private|System|Capability|Ambient|NoNew|Standard|Syslog|Log|State|Cache|UMask|Working|PIDFile|BlockIO|IPAddress|NUMA)/;

/** What the unit's script reads from its environment, and knows the container by. */
const ofTheScript =
  /(?:^|[\s"'])(root|INSTANCE|EXTRA_NSPAWN_FLAGS|SYSTEM_PATH|FLAKE|PRIVATE_\w+|HOST_\w+|LOCAL_\w+|INTERFACES|MACVLANS|NETWORK_NAMESPACE_PATH|AUTO_START|COPY_RESOLV_CONF)=/;

/** A line of the drop-in. */
export function unitLine(place: "Unit" | "Service", key: string, text: string): Line {
  return { place, key, value: text };
}

/** The lines of one section; false and true are systemd's words for them. */
export function parseConfig(
  place: "Unit" | "Service",
  setting: string,
  given: Readonly<Record<string, UnitValue>>,
  refuse: Refuse,
): Line[] {
  return Object.entries(given)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, values]) => {
      const at = `unit.${setting}.${key}`;
      checkKey(place, at, key, refuse);
      const list = Array.isArray(values)
        ? (values as readonly (string | number)[])
        : [values as string | number | boolean];
      const texts = list.map(String);
      if (key === "RequiresMountsFor") return mountLines(at, texts, refuse);
      return texts.map((text) => {
        checkText(at, key, text, refuse);
        return unitLine(place, key, text);
      });
    });
}

const someKeys = ["Restart", "RestartSec", "Nice", "Slice", "LimitNOFILE", "ConditionPathExists"];

function checkKey(place: "Unit" | "Service", at: string, key: string, refuse: Refuse): void {
  const limit = limitKeys.find(([setting]) => setting === key);
  if (Object.hasOwn(elsewhere, key)) {
    refuse(`${at} has a setting of its own`, `write ${elsewhere[key] ?? ""}`);
  } else if (ofTheTemplate.has(key)) {
    refuse(`${at} is what makes the unit that of a container`, "leave it out");
  } else if (!/^[A-Z][A-Za-z0-9]*$/.test(key)) {
    const close = closestName(key, someKeys);
    const meant = close === undefined ? 'write it like "Restart"' : `did you mean ${close}?`;
    refuse(`${at} is no key of a unit file`, limit === undefined ? meant : `write unit.${limit[0]}`);
  } else if (place === "Service" && ofUnitSection.test(key)) {
    refuse(`${at} is of the section [Unit], and ignored here`, "write it in unit.unitConfig");
  } else if (place === "Unit" && ofServiceSection.test(key) && !ofUnitSection.test(key)) {
    refuse(`${at} is of the section [Service], and ignored here`, "write it in unit.serviceConfig");
  }
}

function checkText(at: string, key: string, text: string, refuse: Refuse): void {
  const said = `${at} ${JSON.stringify(text)}`;
  if (/[\r\n\u0000]|\\$/.test(text) || /\p{Surrogate}/u.test(text) || text.trim() !== text || text === "") {
    refuse(`${said} cannot be the value of a line`, "give it without line breaks, and without white space at its ends");
  }
  const [, name] = key === "Environment" ? (ofTheScript.exec(text) ?? []) : [];
  if (name !== undefined) {
    refuse(
      `${said} sets ${name}, by which the unit's script knows the container`,
      "leave it out, or use the option that writes it (ephemeral, network, extraFlags)",
    );
  }
}

/** Several paths may stand in a line; each is one of its own, as it is read back. */
function mountLines(at: string, texts: readonly string[], refuse: Refuse): Line[] {
  const paths = texts.flatMap((text) => text.split(/\s+/)).filter((path) => path !== "");
  for (const path of paths) {
    const fault = pathFault(path);
    if (fault === undefined) continue;
    refuse(
      `${at} ${JSON.stringify(path)} ${fault}`,
      'give the absolute path of a directory on the host, like "/tank/data"',
    );
  }
  return [...new Set(paths)].sort().map((path) => unitLine("Unit", "RequiresMountsFor", path));
}
