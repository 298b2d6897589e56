import { createClient } from '@whetstone/shared/client';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import type { DocFile } from '../../evals/src/retrieval/segment-of-files.ts';
import { cpuMsOf } from '../harness/process-figures.ts';
import { startHello, startWhetstone, type RunningServer } from '../servers/start-server.ts';

export interface OverHttp {
  chunks: number;
  /** CPU time of the server, and time by the clock. */
  ingested: { cpuMs: number; wallMs: number };
  /** The same again, of files that are as they were. */
  again: { cpuMs: number; wallMs: number };
  /** By the clock of whoever asks, by how many ask at the same time. */
  loops: { clients: number; searchMs: number[]; helloMs: number[]; searchCpuMs: number }[];
}

const clients = [1, 8];
const asksOfEach = 100;

/** Files that were written just now are not told apart from ones that will be written again. */
const settledMs = 6_000;

/** The built server over a folder of documentation: what it takes to ingest it, twice, and to be asked about it over HTTP. */
export async function overHttp(
  scratch: string,
  files: readonly DocFile[],
  asked: readonly string[],
): Promise<OverHttp> {
  const docs = join(scratch, 'docs');
  for (const { path, text } of files) {
    await mkdir(dirname(join(docs, path)), { recursive: true });
    await writeFile(join(docs, path), text);
  }
  const writtenAt = performance.now();
  const running: RunningServer[] = [];
  try {
    const bare = await startHello();
    running.push(bare);
    const ours = await startWhetstone(join(scratch, 'data'), { WHETSTONE_DOC_DIRS: scratch });
    running.push(ours);
    const client = createClient({ baseUrl: ours.url, apiKey: ours.adminKey });
    await pause(Math.max(0, settledMs - (performance.now() - writtenAt)));

    const ingest = async () => {
      const [before, startedMs] = [cpuMsOf(ours.pid), performance.now()];
      const source = { kind: 'directory' as const, path: docs };
      const { id } = await client.startIngest({ library: 'all', version: '1.0.0', source });
      for (;;) {
        const { items } = await client.listIngests({ library: 'all' });
        const found = items.find((one) => one.id === id);
        if (found?.status === 'failed') throw new Error(`the ingest failed: ${found.failure}`);
        if (found?.status === 'done')
          return { chunks: found.chunks, cpuMs: cpuMsOf(ours.pid) - before, wallMs: performance.now() - startedMs };
        await pause(20);
      }
    };
    const { chunks, ...ingested } = await ingest();
    const again = await ingest();

    const target = new URL('/api/knowledge/search', ours.url);
    const headers = { authorization: `Bearer ${ours.adminKey}`, 'content-type': 'application/json' };
    const bodies = asked.map((query) => JSON.stringify({ query, library: 'all' }));
    const search = (agent: Agent, at: number) => ask(target, { agent, headers, body: bodies[at % bodies.length]! });
    const hello = (agent: Agent) => ask(new URL(bare.url), { agent });
    const loops: OverHttp['loops'] = [];
    // Each question once before it is timed.
    await closedLoop(1, bodies.length, search);
    await closedLoop(1, 200, hello);
    for (const count of clients) {
      const helloMs = await closedLoop(count, asksOfEach, hello);
      const before = cpuMsOf(ours.pid);
      const searchMs = await closedLoop(count, asksOfEach, search);
      const searchCpuMs = (cpuMsOf(ours.pid) - before) / searchMs.length;
      loops.push({ clients: count, searchMs, helloMs, searchCpuMs });
    }
    return { chunks, ingested, again, loops };
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** So many clients, each of which asks again as soon as it was answered. */
async function closedLoop(count: number, asks: number, one: (agent: Agent, at: number) => Promise<void>) {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const timesMs: number[] = [];
  const loop = async (_: unknown, number: number) => {
    for (let at = 0; at < asks; at++) {
      const startedMs = performance.now();
      await one(agent, number * asks + at);
      timesMs.push(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: count }).map(loop));
  agent.destroy();
  return timesMs;
}

interface Asking {
  agent: Agent;
  headers?: Record<string, string>;
  body?: string;
}

async function ask(url: URL, { agent, headers = {}, body }: Asking): Promise<void> {
  const sent = request(url, { agent, headers, method: body === undefined ? 'GET' : 'POST' });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${url.href} answered ${response.statusCode}`);
}
