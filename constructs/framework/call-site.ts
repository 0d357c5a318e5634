import path from "node:path";
import { fileURLToPath } from "node:url";
import type { IConstruct } from "constructs";

/** Frames that are looked at: a construct may stand in several classes of the user's. */
const depth = 10;

/** Where no user's code is: packages, node itself, and this package's own folders. */
const foreign = [/[/\\]node_modules[/\\]/, /^node:/];
const own = ["..", "../../src"].map((folder) => path.join(__dirname, folder) + path.sep);

/** What both frameworks know `stackTraces: false` of an App by. */
const disabled = ["@cdktf/disable_stack_trace_in_metadata", "@cdktn/disable_stack_trace_in_metadata"];

/**
 * Where in the user's own code something was made. Taking it costs little; the frames are only looked at, and mapped to
 * their sources, when it is asked for its text.
 */
export class CallSite {
  private readonly trace: { readonly stack?: string } = {};

  /** @param scope an App with `stackTraces: false` keeps no call sites */
  constructor(scope: IConstruct) {
    if (disabled.some((key) => scope.node.tryGetContext(key))) return;
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = depth;
    Error.captureStackTrace(this.trace, CallSite);
    Error.stackTraceLimit = limit;
  }

  /** Such as `main.ts:12`, from the working directory; undefined when it cannot be told. */
  get text(): string | undefined {
    for (const frame of this.trace.stack?.split("\n").slice(1) ?? []) {
      const [, place = "", line = ""] = /^\s+at (?:.* \()?(.+?):(\d+)(?::\d+)?\)?$/.exec(frame) ?? [];
      const file = place.startsWith("file://") ? fileURLToPath(place) : place;
      if (!path.isAbsolute(file) || foreign.some((pattern) => pattern.test(file))) continue;
      if (own.some((folder) => file.startsWith(folder))) continue;
      return `${path.relative(process.cwd(), file)}:${line}`;
    }
    return undefined;
  }
}
