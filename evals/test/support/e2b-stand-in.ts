import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export type Fault = 'refuse' | 'busy' | 'hang' | 'drop' | undefined;

export interface StandInOptions {
  /** Asked for every request; what it answers happens instead. */
  fault?: (request: { kind: 'create' | 'start' | 'files'; count: number }) => Fault;
  /** Puts into a new machine what its template would bring; `false` where there is no such template. */
  template?: (name: string, folder: string) => Promise<boolean>;
}

/**
 * Speaks as much of E2B's HTTP protocol as the real client asks of it: machines are made and ended over REST, files go by
 * multipart upload, commands run by the Connect protocol's streaming. A machine is a folder on disk, its commands run as root
 * under bubblewrap with that folder's root, tmp and work in place. It does not prove that E2B isolates, starts quickly,
 * or has the programs that a template promises; nor what its load balancers and rate limits do.
 */
export async function startE2bStandIn({ fault = () => undefined, template }: StandInOptions = {}) {
  const machines = new Map<string, string>();
  const counts = { create: 0, start: 0, files: 0, ended: 0 };
  const hanging = new Set<ServerResponse>();

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else json(response, 500, { code: 500, message: String(error) });
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const body = await bytesOf(request);
    const kind = kindOf(request.method ?? '', url.pathname);
    if (kind) {
      const what = fault({ kind, count: counts[kind]++ });
      if (what === 'refuse') return json(response, 500, { code: 500, message: 'stand-in: refused' });
      if (what === 'busy') return json(response, 429, { code: 429, message: 'stand-in: too many' });
      if (what === 'drop') return void request.socket.destroy();
      if (what === 'hang') return void hanging.add(response);
    }
    if (kind === 'create') return await create(request, body, response);
    const [, ended] = /^\/sandboxes\/([^/]+)$/.exec(url.pathname) ?? [];
    if (request.method === 'DELETE' && ended) return await end(ended, response);
    if (/^\/sandboxes\/[^/]+\/timeout$/.test(url.pathname)) return void response.writeHead(204).end();

    const machine = machines.get(String(request.headers['e2b-sandbox-id']));
    if (!machine) return json(response, 502, { code: 502, message: 'no such sandbox' });
    if (url.pathname === '/health') return void response.writeHead(204).end();
    if (url.pathname === '/files' && request.method === 'POST') {
      const type = String(request.headers['content-type']);
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
      const written = [];
      for (const [, file] of form) {
        if (typeof file === 'string') continue;
        const path = url.searchParams.get('path') || file.name;
        await mkdir(dirname(join(machine, path)), { recursive: true });
        await writeFile(join(machine, path), Buffer.from(await file.arrayBuffer()));
        written.push({ name: path, type: 'file', path });
      }
      return json(response, 200, written);
    }
    if (url.pathname === '/files') {
      const content = await readFile(join(machine, url.searchParams.get('path') ?? '')).catch(() => undefined);
      if (!content) return json(response, 404, { code: 404, message: 'no such file' });
      return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(content);
    }
    if (url.pathname === '/process.Process/Start') return start(machine, body, response);
    return json(response, 404, { code: 404, message: `stand-in: ${request.method} ${url.pathname} is not there` });
  }

  async function create(request: IncomingMessage, body: Buffer, response: ServerResponse) {
    if (!String(request.headers['x-api-key']).startsWith('e2b_'))
      return json(response, 401, { code: 401, message: 'stand-in: no key' });
    const id = randomUUID();
    const folder = await mkdtemp(join(tmpdir(), 'e2b-machine-'));
    for (const name of [...ownFolders, 'tmp']) await mkdir(join(folder, name));
    const asked: { templateID: string } = JSON.parse(body.toString('utf8'));
    if (asked.templateID !== 'base' && !(await template?.(asked.templateID, folder))) {
      await rm(folder, { recursive: true, force: true });
      return json(response, 404, { code: 404, message: `template '${asked.templateID}' not found` });
    }
    machines.set(id, folder);
    json(response, 201, {
      sandboxID: id,
      templateID: 'base',
      clientID: 'stand-in',
      envdVersion: '0.2.0',
      domain: null,
    });
  }

  async function end(id: string, response: ServerResponse) {
    const folder = machines.get(id);
    machines.delete(id);
    counts.ended++;
    if (folder) await rm(folder, { recursive: true, force: true });
    response.writeHead(folder ? 204 : 404).end();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    /** For `openE2bSandbox`. The key is fake. */
    config: { apiKey: `e2b_${'0'.repeat(40)}`, apiUrl: url, sandboxUrl: url },
    counts,
    running: () => machines.size,
    /** Ends a machine behind its renter's back. */
    async lose() {
      for (const [id, folder] of machines) {
        machines.delete(id);
        await rm(folder, { recursive: true, force: true });
      }
    },
    async close() {
      for (const response of hanging) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const folder of machines.values()) await rm(folder, { recursive: true, force: true });
    },
  };
}

const ownFolders = ['root', 'work', 'opt', 'testbed'];

function kindOf(method: string, path: string) {
  if (method !== 'POST') return undefined;
  if (path === '/v2/sandboxes') return 'create';
  if (path === '/process.Process/Start') return 'start';
  return path === '/files' ? 'files' : undefined;
}

function json(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Connect's streaming: each message is a byte of flags, four of length, and JSON; flag 2 marks the end. */
function start(machine: string, body: Buffer, response: ServerResponse) {
  const asked: { process: { cmd: string; args?: string[]; envs?: Record<string, string>; cwd?: string } } = JSON.parse(
    body.subarray(5).toString('utf8'),
  );
  response.writeHead(200, { 'content-type': 'application/connect+json' });
  const send = (flags: number, message: unknown) => {
    const text = Buffer.from(JSON.stringify(message));
    const head = Buffer.alloc(5);
    head.writeUInt8(flags, 0);
    head.writeUInt32BE(text.length, 1);
    response.write(Buffer.concat([head, text]));
  };
  const { cmd, args = [], envs = {} } = asked.process;
  const child = spawn('bwrap', [...walls(machine), '--', cmd, ...args], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', ...envs },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  send(0, { event: { start: { pid: child.pid ?? 0 } } });
  child.stdout.on('data', (data: Buffer) => send(0, { event: { data: { stdout: data.toString('base64') } } }));
  child.stderr.on('data', (data: Buffer) => send(0, { event: { data: { stderr: data.toString('base64') } } }));
  response.on('close', () => child.kill('SIGKILL'));
  child.on('close', (code, signal) => {
    const status = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    send(0, { event: { end: { exitCode: code ?? -1, exited: signal === null, status } } });
    send(2, {});
    response.end();
  });
}

function walls(machine: string): string[] {
  const system = ['/usr', '/bin', '/sbin', '/lib', '/lib64'].flatMap((path) => ['--ro-bind-try', path, path]);
  const own = ownFolders.flatMap((name) => ['--bind', join(machine, name), `/${name}`]);
  const shared = ['--unshare-pid', '--unshare-net', '--unshare-ipc', '--die-with-parent', '--cap-add', 'ALL'];
  const rest = ['--dev', '/dev', '--proc', '/proc', '--bind', join(machine, 'tmp'), '/tmp', '--dir', '/var/tmp'];
  return [...shared, ...system, ...own, ...rest, '--chdir', '/root'];
}
