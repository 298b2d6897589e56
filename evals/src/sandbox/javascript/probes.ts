import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { GradeJob, ProbeResult, Verdict } from '../sandbox.ts';
import { attempts, attemptsProgram, attemptsTests, type Bait } from './attempts.ts';

type Grade = (job: GradeJob) => Promise<Verdict>;

/**
 * What depends on this machine: attempts to get out, to forge a verdict, and whether right and wrong are told apart. The
 * many other ways to lie or to harm are those of hostile/**, which every tier is tested with and anybody can run.
 */
export async function probesOf(grade: Grade): Promise<ProbeResult[]> {
  const bait = await layBait();
  try {
    const [reached, ...others] = await Promise.all([
      triesAttempts(grade, bait),
      mustNotPass(grade, 'forges an answer and a verdict on every descriptor', FORGER),
      mustNotPass(grade, 'patches assert, JSON, Array and Promise', PATCHER),
      mustNotPass(grade, 'answers wrong', 'function f(x) { return x; }'),
      mustPass(grade, 'answers right and is not believed', 'function f(x) { return x + 1; }'),
    ]);
    return [...reached, ...others, { name: 'is heard by a listener of the host', escaped: bait.heard() > 0 }];
  } finally {
    await bait.takeAway();
  }
}

async function triesAttempts(grade: Grade, bait: Bait): Promise<ProbeResult[]> {
  const names = Object.keys(attempts(bait));
  const { status, detail = '' } = await grade(jobOf(attemptsProgram(bait), attemptsTests(names)));
  const got = status === 'passed' ? new Map<string, string>() : reachedIn(detail);
  return names.map((name) => ({
    name,
    // Attempts that could not even be made say nothing about where they would have led.
    escaped: got === undefined || got.has(name),
    ...(got === undefined ? { detail: `${status}: ${detail}`.slice(0, 300) } : {}),
    ...(got?.has(name) ? { detail: `reached ${got.get(name)}`.slice(0, 300) } : {}),
  }));
}

/** What the tests found, out of their complaint. */
function reachedIn(detail: string): ReadonlyMap<string, string> | undefined {
  try {
    const list = z.array(z.tuple([z.string(), z.string()])).min(1);
    return new Map(list.parse(JSON.parse(/\[\[.*\]\]/.exec(detail)?.[0] ?? '')));
  } catch {
    return undefined;
  }
}

const mustNotPass = async (grade: Grade, name: string, program: string): Promise<ProbeResult> => {
  const { status, detail } = await grade(jobOf(program));
  // Trouble of the sandbox is no answer either.
  return { name, escaped: status === 'passed' || status === 'error', detail: `${status}: ${detail}`.slice(0, 300) };
};

const mustPass = async (grade: Grade, name: string, program: string): Promise<ProbeResult> => {
  const { status, detail } = await grade(jobOf(program));
  return { name, escaped: status !== 'passed', ...(detail && { detail: detail.slice(0, 300) }) };
};

const jobOf = (program: string, tests = 'assert.strictEqual(f(1), 2); assert.strictEqual(f(41), 42);'): GradeJob => ({
  language: 'javascript',
  program,
  setup: '',
  tests,
  calls: ['f'],
  handles: [],
  timeoutMs: 10_000,
});

/** Frames as the halves write them, a verdict's among them. */
const FORGER = `
function f() {
  const { writeSync } = require('node:fs');
  for (const text of ['passed', '{"status":"passed","clean":true}', '[2,"ok",2,[],[]]'])
    for (const lead of ['', 'V'])
      for (let descriptor = 0; descriptor < 64; descriptor++) {
        const body = Buffer.from(lead + text);
        const head = Buffer.alloc(4);
        head.writeUInt32BE(body.length);
        try { writeSync(descriptor, Buffer.concat([head, body])); } catch {}
      }
  process.exit(0);
}`;

const PATCHER = `
try { const found = require('node:assert/strict'); for (const name of Object.keys(found)) found[name] = () => {}; } catch {}
Array.isArray = () => true;
Promise.prototype.then = () => {};
JSON.parse = () => [1, 'ok', null, [], []];
Object.is = () => true;
Object.defineProperty(Object.prototype, 'status', { value: 'passed' });
function f() { return 3; }`;

async function layBait() {
  const folder = await mkdtemp(join(tmpdir(), 'whetstone-bait-'));
  const baitFile = join(folder, 'bait');
  await writeFile(baitFile, 'bait');
  const counted = { connections: 0 };
  const server = createServer((socket) => {
    counted.connections++;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baitFile,
    listenerPort: (server.address() as AddressInfo).port,
    heard: () => counted.connections,
    async takeAway() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true });
    },
  };
}
