import net from "node:net";
import type { AuthContext, Connection, ParsedKey, Server } from "ssh2";
import type { KeyPair } from "./host-keys";
import { serveSession, type SessionHost } from "./session";
import { ssh2 } from "./ssh2";

/** What the server asks of its host. */
export interface SshServerOptions {
  readonly hostKeys: readonly KeyPair[];
  readonly users: readonly string[];
  readonly authorizedKeys: readonly string[];
  readonly banner: string;
  readonly jumpHost: boolean;
  /** The host as a session of this user sees it, with SSH_CONNECTION as sshd tells it. */
  sessionHost(user: string, connection: string): SessionHost;
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** An SSH server on a loopback port that stays the same while it is paused, cut or given new keys. */
export class SshServer {
  /** Connections that have authenticated. */
  connections = 0;
  /** How many of the next connections are closed before they say anything. */
  refusals = 0;
  private readonly sockets = new Set<net.Socket>();
  private readonly listener = net.createServer({ noDelay: true }, (socket) => this.welcome(socket));
  private readonly keys: readonly ParsedKey[];
  private ssh: Server;
  private boundPort = 0;

  constructor(private readonly options: SshServerOptions) {
    this.keys = options.authorizedKeys.map(parseKey);
    this.ssh = this.createServer(options.hostKeys);
  }

  get port(): number {
    return this.boundPort;
  }

  /** Listens, on the port it had before if there was one. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.listener.once("error", reject);
      this.listener.listen({ host: "127.0.0.1", port: this.boundPort }, () => {
        this.listener.off("error", reject);
        resolve();
      });
    });
    this.boundPort = (this.listener.address() as net.AddressInfo).port;
  }

  /** Refuses connections from now on, and cuts those there are. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.listener.close(resolve));
    this.cut();
    await closed;
  }

  /** Drops every connection without a word, as a network does. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** The keys that connections from now on are shown. */
  setHostKeys(hostKeys: readonly KeyPair[]): void {
    this.ssh = this.createServer(hostKeys);
  }

  private welcome(socket: net.Socket): void {
    if (this.refusals > 0) {
      this.refusals--;
      socket.destroy();
      return;
    }
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    this.ssh.injectSocket(socket);
  }

  private createServer(hostKeys: readonly KeyPair[]): Server {
    const { banner } = this.options;
    const config = { hostKeys: hostKeys.map((key) => key.private), ...(banner ? { banner } : {}) };
    return new (ssh2().Server)(config, (connection, { ip, port }) => this.serve(connection, `${ip} ${port}`));
  }

  private serve(connection: Connection, client: string): void {
    let user = "";
    // A client that goes away, or speaks nonsense, ends its own connection only.
    connection.on("error", () => undefined);
    connection.on("authentication", (context) => {
      user = context.username;
      if (this.mayEnter(context)) context.accept();
      else context.reject(["publickey"]);
    });
    connection.on("ready", () => this.connections++);
    connection.on("session", (accept) =>
      serveSession(accept(), this.options.sessionHost(user, `${client} 127.0.0.1 ${this.port}`)),
    );
    connection.on("tcpip", (accept, reject, info) => {
      if (!this.options.jumpHost || !LOOPBACK.has(info.destIP)) {
        reject();
        return;
      }
      const target = net.connect({ host: info.destIP, port: info.destPort, noDelay: true });
      target.once("error", reject);
      target.once("connect", () => {
        target.off("error", reject);
        const channel = accept();
        target.on("error", () => channel.destroy());
        channel.on("error", () => target.destroy());
        channel.on("close", () => target.destroy());
        channel.pipe(target).pipe(channel);
      });
    });
  }

  private mayEnter(context: AuthContext): boolean {
    if (context.method !== "publickey" || !this.options.users.includes(context.username)) return false;
    const key = this.keys.find((candidate) => candidate.getPublicSSH().equals(context.key.data));
    if (!key) return false;
    // Without a signature the client only asks whether the key would do.
    if (!context.signature || !context.blob) return true;
    return key.verify(context.blob, context.signature, context.hashAlgo);
  }
}

function parseKey(line: string): ParsedKey {
  const key = ssh2().utils.parseKey(line);
  if (key instanceof Error) throw new Error(`cannot read the authorized key "${line}": ${key.message}`, { cause: key });
  return key;
}
