/**
 * What a change costs: nothing noticeable, nothing though it reaches what runs at once, a reload of the changed units inside,
 * a restart of the container, a container made anew, or a risk to its data.
 */
export type Effect = "none" | "live" | "reload" | "restart" | "recreate" | "danger";

/** One property that differs between the code and the host. */
export interface Change {
  /** Property as users write it, such as `network.localAddress`; facts of the host alone stand in words, such as `running system`. */
  readonly property: string;
  readonly before?: string;
  readonly after?: string;
  readonly effect: Effect;
}
