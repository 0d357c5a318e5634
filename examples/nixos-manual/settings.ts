import type { NixosHostProps } from "../../constructs";

/** Where the hosts are: EXAMPLE_HOSTS, a JSON list of one host or two, as the demo sets it. */
export const [web1, web2] = JSON.parse(
  process.env["EXAMPLE_HOSTS"] ?? '[{"address":"web1.example.org"},{"address":"web2.example.org"}]',
) as [NixosHostProps, NixosHostProps?];

/** The containers to leave out: EXAMPLE_WITHOUT, names with commas between. The demo takes one away like this. */
export const without: readonly string[] = process.env["EXAMPLE_WITHOUT"]?.split(",") ?? [];
