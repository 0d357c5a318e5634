# shellcheck shell=sh
# What systemd makes of one line of a unit file, as an awk program that systemctl-load.sh completes.
# shellcheck disable=SC2034 # read by those who source this file

# The program takes lines by take(SECTION, KEY, VALUE) and leaves what counts in S, by the name and in the form that systemctl shows.
# shellcheck disable=SC2016 # its dollars are awk's
settings_awk='
function trim(text) { sub(/^[ \t\r]+/, "", text); sub(/[ \t\r]+$/, "", text); return text }
function kind(of, names,   i, n, part) { n = split(names, part, " "); for (i = 1; i <= n; i++) kinds[part[i]] = of }
function define(   i, n, part, pair) {
  kind("unit-list", "After Before Wants Requires Requisite BindsTo PartOf Upholds Conflicts OnFailure OnSuccess PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom JoinsNamespaceOf RequiresMountsFor WantsMountsFor")
  kind("unit-text", "Description Documentation StartLimitIntervalSec StartLimitBurst StartLimitAction FailureAction SuccessAction RebootArgument JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction DefaultDependencies IgnoreOnIsolate StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate CollectMode SurviveFinalKillSignal OnFailureJobMode OnSuccessJobMode SourcePath")
  kind("condition", "PathExists PathExistsGlob PathIsDirectory PathIsSymbolicLink PathIsMountPoint PathIsReadWrite PathIsEncrypted DirectoryNotEmpty FileNotEmpty FileIsExecutable Host Virtualization Architecture Firmware KernelVersion Version KernelCommandLine KernelModuleLoaded Credential Environment Security Capability ACPower NeedsUpdate FirstBoot User Group ControlGroupController Memory CPUs CPUFeature OSRelease MemoryPressure CPUPressure IOPressure")
  kind("seconds", "RestartSec RestartMaxDelaySec TimeoutStartSec TimeoutStopSec TimeoutAbortSec TimeoutSec TimeoutCleanSec WatchdogSec RuntimeMaxSec RuntimeRandomizedExtraSec CPUQuotaPeriodSec LogRateLimitIntervalSec")
  kind("memory", "MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryZSwapMax DefaultMemoryMin DefaultMemoryLow")
  kind("tasks", "TasksMax")
  kind("quota", "CPUQuota")
  kind("weight", "CPUWeight StartupCPUWeight IOWeight StartupIOWeight")
  kind("boolean", "CPUAccounting IOAccounting MemoryAccounting TasksAccounting IPAccounting MemoryZSwapWriteback Delegate RemainAfterExit GuessMainPID PermissionsStartOnly RootDirectoryStartOnly NoNewPrivileges PrivateTmp PrivateDevices PrivateNetwork PrivateMounts ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups ProtectClock LockPersonality MemoryDenyWriteExecute RestrictRealtime RestrictSUIDSGID RemoveIPC SyslogLevelPrefix TTYReset TTYVHangup SendSIGHUP SendSIGKILL IgnoreSIGPIPE CPUSchedulingResetOnFork CoredumpReceive")
  kind("number", "Nice OOMScoreAdjust CPUSchedulingPriority IOSchedulingPriority RestartSteps LogRateLimitBurst FileDescriptorStoreMax")
  range["Nice"] = "-20 19"; range["OOMScoreAdjust"] = "-1000 1000"; range["CPUSchedulingPriority"] = "1 99"; range["IOSchedulingPriority"] = "0 7"
  kind("one-of", "Restart RestartMode KillMode DevicePolicy OOMPolicy ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMPreference CPUSchedulingPolicy IOSchedulingClass NotifyAccess RuntimeDirectoryPreserve")
  choices["Restart"] = "no on-success on-failure on-abnormal on-abort on-watchdog always"
  choices["RestartMode"] = "normal direct debug"; choices["KillMode"] = "control-group process mixed none"; choices["DevicePolicy"] = "auto closed strict"
  choices["OOMPolicy"] = "continue stop kill"; choices["ManagedOOMSwap"] = choices["ManagedOOMMemoryPressure"] = "auto kill"
  choices["ManagedOOMPreference"] = "none avoid omit"; choices["CPUSchedulingPolicy"] = "other batch idle fifo rr ext"
  choices["IOSchedulingClass"] = "none realtime best-effort idle 0 1 2 3"; choices["NotifyAccess"] = "none main exec all"; choices["RuntimeDirectoryPreserve"] = "no yes restart"
  kind("limit", "LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME")
  kind("slice", "Slice")
  kind("exec", "ExecStart ExecStartPre ExecStartPost ExecReload ExecStop ExecStopPost ExecCondition")
  kind("list", "Environment EnvironmentFile PassEnvironment UnsetEnvironment RuntimeDirectory StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory LoadCredential LoadCredentialEncrypted SetCredential SetCredentialEncrypted ImportCredential IPAddressAllow IPAddressDeny IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax SuccessExitStatus RestartPreventExitStatus RestartForceExitStatus BindPaths BindReadOnlyPaths ReadWritePaths ReadOnlyPaths InaccessiblePaths TemporaryFileSystem SystemCallFilter CapabilityBoundingSet AmbientCapabilities SupplementaryGroups RestrictAddressFamilies RestrictNetworkInterfaces SocketBindAllow SocketBindDeny")
  kind("device", "DeviceAllow")
  kind("text", "Type ExitType PIDFile BusName User Group WorkingDirectory RootDirectory UMask KillSignal RestartKillSignal FinalKillSignal WatchdogSignal SyslogIdentifier SyslogFacility SyslogLevel LogLevelMax LogExtraFields LogNamespace LogFilterPatterns StandardInput StandardOutput StandardError TTYPath CPUAffinity NUMAPolicy NUMAMask TimerSlackNSec Personality SecureBits AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes ManagedOOMMemoryPressureLimit ManagedOOMMemoryPressureDurationSec MemoryPressureWatch MemoryPressureThresholdSec DisableControllers ProtectSystem ProtectHome ProtectProc ProcSubset ProtectHostname PrivateUsers PrivatePIDs NetworkNamespacePath IPCNamespacePath MountFlags RestrictNamespaces SystemCallArchitectures SystemCallErrorNumber SystemCallLog KeyringMode RuntimeDirectoryMode StateDirectoryMode TimeoutStartFailureMode TimeoutStopFailureMode USBFunctionDescriptors Sockets FileDescriptorStorePreserve OpenFile PAMName IPIngressFilterPath IPEgressFilterPath NFTSet CoredumpFilter DelegateSubgroup RootImage RootHash MountAPIVFS BindLogSockets SetLoginEnvironment ReloadSignal")
  n = split("s:1 sec:1 second:1 seconds:1 m:60 min:60 minute:60 minutes:60 h:3600 hr:3600 hour:3600 hours:3600 d:86400 day:86400 days:86400 w:604800 week:604800 weeks:604800 M:2629800 month:2629800 months:2629800 y:31557600 year:31557600 years:31557600 ms:0.001 msec:0.001 us:0.000001 usec:0.000001", part, " ")
  for (i = 1; i <= n; i++) { split(part[i], pair, ":"); span[pair[1]] = pair[2] }
  n = split("y:31557600000000 month:2629800000000 w:604800000000 d:86400000000 h:3600000000 min:60000000 s:1000000 ms:1000 us:1", part, " ")
  for (i = 1; i <= n; i++) { split(part[i], pair, ":"); spanName[i] = pair[1]; spanSize[i] = pair[2] + 0; spanDigits[i] = length(pair[2]) - 1 }
}

# A duration in seconds, or "infinity", or nothing when it is none.
function seconds(text,   total, number, word) {
  text = trim(text)
  if (text == "infinity") return text
  if (text == "") return ""
  total = 0
  while (text != "") {
    if (!match(text, /^ *[0-9]+(\.[0-9]+)? */)) return ""
    number = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1); gsub(/ /, "", number)
    word = "s"
    if (match(text, /^[a-zA-Z]+/)) { word = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1) }
    if (!(word in span)) return ""
    total += number * span[word]
  }
  return total
}

# Seconds in the words of systemd.
function worded(total,   left, out, i, whole, rest) {
  if (total == "infinity") return total
  left = int(total * 1000000 + 0.5); out = ""
  if (left == 0) return "0"
  for (i = 1; i <= 9 && left > 0; i++) {
    if (left < spanSize[i]) continue
    whole = int(left / spanSize[i]); rest = left - whole * spanSize[i]
    if (left < 60000000 && rest > 0) { out = out " " whole "." sprintf("%0" spanDigits[i] "d", rest) spanName[i]; left = 0 }
    else { out = out " " whole spanName[i]; left = rest }
  }
  return substr(out, 2)
}

# A size in bytes, or "infinity", or nothing; a percentage is one of the memory of the host.
function bytes(text,   letter) {
  if (text == "infinity") return text
  if (text ~ /^[0-9]+(\.[0-9]+)?%$/) { text = substr(text, 1, length(text) - 1); return text + 0 > 100 ? "" : sprintf("%.0f", int(memory * text / 100 / 4096) * 4096) }
  if (text !~ /^[0-9]+(\.[0-9]+)? *[BKMGTPE]?$/) return ""
  letter = index("KMGTPE", substr(text, length(text)))
  return sprintf("%.0f", int((text + 0) * 1024 ^ letter))
}

function complain(text) { print unit " " place text > messages; bad = 1 }
function failed(key, value) { complain("Failed to parse " key "=" value ", ignoring: Invalid argument") }
function within(value, limits,   pair) { split(limits, pair, " "); return value ~ /^[-+]?[0-9]+$/ && (limits == "" || (value + 0 >= pair[1] + 0 && value + 0 <= pair[2] + 0)) }
function append(key, value, by) { S[key] = S[key] == "" ? value : S[key] by value }

# How systemctl shows a program that a unit runs.
function program(line,   words, ignore, path) {
  ignore = "no"
  while (match(line, /^[-@:+!|]/)) { if (substr(line, 1, 1) == "-") ignore = "yes"; line = substr(line, 2) }
  path = line; sub(/ .*/, "", path)
  return "{ path=" path " ; argv[]=" line " ; ignore_errors=" ignore " ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }"
}

# One variable of Environment=: the last of a name counts.
function variable(text,   n, i, words, name, out) {
  name = substr(text, 1, index(text, "=")); out = ""
  n = split(S["Environment"], words, " ")
  for (i = 1; i <= n; i++) if (substr(words[i], 1, length(name)) != name) out = out words[i] " "
  S["Environment"] = out text
}

# Environment=: words, in double or single quotes where they hold blanks.
function variables(text,   word, quote, end) {
  while ((text = trim(text)) != "") {
    quote = substr(text, 1, 1)
    if (quote != "\"" && quote != "\047") { word = text; sub(/[ \t].*/, "", word); text = substr(text, length(word) + 1) }
    else {
      text = substr(text, 2); end = index(text, quote)
      if (!end) { complain("Invalid syntax, ignoring: " quote text); return }
      word = substr(text, 1, end - 1); text = substr(text, end + 1)
    }
    if (word !~ /^[A-Za-z_][A-Za-z0-9_]*=/) { complain("Invalid environment assignment, ignoring: " word); continue }
    append("run_Environment", word, "\n")
    variable(word ~ /[ \t]/ ? "\"" word "\"" : word)
  }
}

function take(section, key, value,   type, name, parsed, n, i, part, bare) {
  if (key ~ /^X-/ || section ~ /^X-/) return
  if (section == "Unit" && key ~ /^(Condition|Assert)/) {
    bare = key; sub(/^(Condition|Assert)/, "", bare)
    if (kinds[bare] == "condition") { if (value == "") S["conditions"] = ""; else append("conditions", key " " value, "\n"); return }
  }
  type = kinds[key]
  if (type == "" || type == "condition" || (section == "Unit") != (type ~ /^unit-/)) { complain("Unknown key \047" key "\047 in section [" section "], ignoring."); return }
  name = key
  if (type == "unit-list") { if (value != "") append(key, value, " ") }
  else if (type == "seconds") {
    parsed = value == "" ? "infinity" : seconds(value)
    if (parsed == "") { complain("Failed to parse " key "= parameter, ignoring: " value); return }
    sub(/Sec$/, "USec", name)
    if (parsed == 0 && key ~ /^Timeout|^RuntimeMax/) parsed = "infinity"
    if (key == "TimeoutSec") { take(section, "TimeoutStartSec", value); take(section, "TimeoutStopSec", value); return }
    S[name] = worded(parsed)
    if (key == "TimeoutStartSec") S["start_seconds"] = parsed == "infinity" ? 0 : parsed
    if (key == "RestartSec") S["restart_seconds"] = parsed
    if (key == "TimeoutStopSec") S["stop_seconds"] = parsed == "infinity" ? 0 : parsed
  }
  else if (type == "memory") {
    parsed = value == "" ? (key ~ /(Min|Low)$/ ? "0" : "infinity") : bytes(value)
    if (parsed == "") { complain("Invalid memory limit \047" value "\047, ignoring."); return }
    if (parsed == "0" && key !~ /(Min|Low|SwapMax)$/) { complain("Memory limit \047" value "\047 out of range, ignoring."); return }
    S[key] = parsed
  }
  else if (type == "tasks") {
    parsed = value == "" ? "28909" : value
    if (value ~ /^[0-9]+(\.[0-9]+)?%$/) parsed = sprintf("%d", 192729 * substr(value, 1, length(value) - 1) / 100 + 0.5)
    if (parsed !~ /^([1-9][0-9]*|infinity)$/) { complain("Invalid maximum tasks value \047" value "\047, ignoring."); return }
    S[key] = parsed
  }
  else if (type == "quota") {
    if (value == "") parsed = "infinity"
    else if (value ~ /^[0-9]+(\.[0-9]+)?%$/ && value + 0 > 0) parsed = worded((value + 0) / 100)
    else { complain("Invalid CPU quota \047" value "\047, ignoring."); return }
    S["CPUQuotaPerSecUSec"] = parsed; S["cpu_max"] = value == "" ? "max 100000" : sprintf("%d 100000", value * 1000)
  }
  else if (type == "weight") {
    if (value != "" && !(key ~ /CPU/ && value == "idle") && !(value ~ /^[0-9]+$/ && value + 0 >= 1 && value + 0 <= 10000)) { failed(key, value); return }
    S[key] = value == "" ? "[not set]" : value == "idle" ? "0" : value + 0
  }
  else if (type == "boolean") {
    if (tolower(value) ~ /^(yes|y|true|t|on|1)$/) S[key] = "yes"
    else if (tolower(value) ~ /^(no|n|false|f|off|0)$/) S[key] = "no"
    else failed(key, value)
  }
  else if (type == "number") { if (value == "") delete S[key]; else if (within(value, range[key])) S[key] = value + 0; else failed(key, value) }
  else if (type == "one-of") { if (value != "" && index(" " choices[key] " ", " " value " ")) S[key] = value; else failed(key, value) }
  else if (type == "limit") {
    n = split(value, part, ":")
    for (i = 1; i <= n; i++) if (part[i] ~ /^[0-9]+[KMGTPE]$/) part[i] = bytes(part[i])
    for (i = 1; i <= n; i++) if (part[i] !~ /^([0-9]+|infinity)$/) { failed(key, value); return }
    if (n < 1 || n > 2) { failed(key, value); return }
    S[key] = part[n]; S[key "Soft"] = part[1]
  }
  else if (type == "slice") { if (value ~ /^[A-Za-z0-9:_.\\-]+\.slice$/) S[key] = value; else failed(key, value) }
  else if (type == "exec") {
    if (value == "") { S[key] = ""; S["run_" key] = "" }
    else if (value !~ /^[-@:+!|]*[\/A-Za-z]/) failed(key, value)
    else { append(key, program(value), "\n"); append("run_" key, value, "\n") }
  }
  else if (type == "list") {
    if (value == "") { S[key] = ""; S["run_" key] = ""; if (key == "EnvironmentFile") S["conf"] = "no" }
    else if (key == "Environment") variables(value)
    else append(key, value, " ")
  }
  else if (type == "device") {
    if (value == "") { S[key] = ""; return }
    n = split(value, part, " ")
    if (part[1] !~ /^(\/dev\/|char-|block-)/) { complain("Invalid device node path \047" part[1] "\047, ignoring."); return }
    if (n > 2 || (n == 2 && part[2] !~ /^[rwm]+$/)) { complain("Invalid device rights \047" part[2] "\047, ignoring."); return }
    # What comes last is shown first.
    S[key] = part[1] " " (n == 2 ? part[2] : "rwm") (S[key] == "" ? "" : "\n" S[key])
  }
  else S[key] = value
}

# Prints what counts as assignments of sh; what has no place of its own among the properties goes into one list.
function emit(to, partly,   key, value, other, n, keys, i, j, swap) {
  n = 0
  for (key in S) keys[++n] = key
  for (i = 2; i <= n; i++) for (j = i; j > 1 && keys[j] < keys[j - 1]; j--) { swap = keys[j]; keys[j] = keys[j - 1]; keys[j - 1] = swap }
  other = ""
  for (i = 1; i <= n; i++) {
    key = keys[i]; value = S[key]
    if (key in placed || key ~ /^[a-z]/) { gsub(/\047/, "\047\\\047\047", value); printf "l_%s=\047%s\047\n", key, value > to }
    else other = other key "=" value "\n"
  }
  gsub(/\047/, "\047\\\047\047", other)
  if (!partly) printf "l_other=\047%s\047\n", other > to
  close(to)
}
'
