import { EmbeddedHost } from "../../src/sim";
import { dataProgram, inRoot, runProgram } from "./program";

describe("the credentials of a running container", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ durations: { build: 0.1, start: 0.1, stop: 0.1 } });
    await host.edit("/run/token", "one");
    expect(await converge(settings)).toMatchObject({ code: 0 });
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const converge = (...what: Parameters<typeof dataProgram>): ReturnType<typeof runProgram> =>
    runProgram(host, dataProgram(...what));
  const settings = { credentials: { token: { hostPath: "/run/token" } } };
  const inside = 'proc/"$(machinectl show data -p Leader --value)"/root/run/host/credentials/token';
  const invocation = (): Promise<string> => sh("systemctl show container@data -p InvocationID --value");

  test("one whose file is gone restarts nothing, and is refused: it could not start without it", async () => {
    const before = await invocation();
    await sh("rm run/token");
    const { code, stdout } = await converge(settings, "{ ... }:\n{ a = 1; }\n");
    expect([code, stdout]).toEqual([1, expect.stringContaining("/run/token is not there any more")]);
    expect(await invocation()).toBe(before);
  });

  test("a pipe that root inside put in the place of one holds nobody up", async () => {
    const before = await invocation();
    await sh(`rm -f ${inside}; mkfifo ${inside}`);
    expect(await converge(settings)).toMatchObject({ code: 0 });
    expect(await invocation()).toBe(before);
  }, 15_000);
});
