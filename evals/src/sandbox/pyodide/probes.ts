import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeResult, Sandbox } from '../sandbox.ts';
import { attempts, endingAttempts, leavings } from './attempts.ts';

/** Tries to get out by code that a candidate could have written, against a file and a listener that are really there. */
export async function probe(grade: Sandbox['grade']): Promise<ProbeResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'whetstone-probe-'));
  const file = join(folder, 'canary');
  const secret = randomUUID();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  try {
    await writeFile(file, secret);
    await new Promise<void>((resolve, reject) => void server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const [together, left, ...ending] = await Promise.all([
      attemptAll(grade, attempts({ file, secret, port })),
      leaveBehind(grade),
      ...Object.entries(endingAttempts()).map(([name, body]) => attempt(grade, name, body)),
    ]);
    const untouched = (await readFile(file, 'utf8')) === secret;
    return [
      ...together,
      ...ending,
      left,
      { name: 'changes a file of the host', escaped: !untouched },
      { name: 'is seen by a listener of the host', escaped: connections > 0 },
    ];
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** In one sample, since what they cost is a fresh interpreter each; one by one when anything in it went otherwise. */
async function attemptAll(grade: Sandbox['grade'], bodies: Record<string, string>): Promise<ProbeResult[]> {
  const names = Object.keys(bodies);
  const functions = Object.values(bodies).map(
    (body, at) =>
      `def attempt_${at}():\n    reached = []\n    attempt = attempt_${at}\n${indented(body)}\n    return reached`,
  );
  const { status } = await grade({
    language: 'python',
    program: `${prelude}\n${functions.join('\n')}\ndef attempts():\n    return [${names.map((_, at) => `attempt_${at}()`).join(', ')}]`,
    setup: '',
    tests: `assert attempts() == [[]] * ${names.length}`,
    calls: ['attempts'],
    handles: [],
    timeoutMs: 30_000,
  });
  if (status === 'passed') return names.map((name) => ({ name, escaped: false }));
  return await Promise.all(Object.entries(bodies).map(([name, body]) => attempt(grade, name, body)));
}

async function attempt(grade: Sandbox['grade'], name: string, body: string): Promise<ProbeResult> {
  const { status, detail } = await grade({
    language: 'python',
    program: `${prelude}\ndef attempt():\n    reached = []\n${indented(body)}\n    return reached`,
    setup: '',
    tests: "reached = attempt()\nassert reached == [], f'reached {reached}'",
    calls: ['attempt'],
    handles: [],
    timeoutMs: 10_000,
  });
  // An attempt that could not even be made says nothing about where it would have led.
  const held = status === 'passed' || (status === 'failed' && detail?.includes('which ends it') === true);
  return { name, escaped: !held, ...(detail && { detail }) };
}

/** Each sample must find what the first one found. */
async function leaveBehind(grade: Sandbox['grade']): Promise<ProbeResult> {
  const jobs = ([['memory'], ['files', 'descriptors'], ['memory']] as const).map((where) =>
    grade({
      language: 'python',
      program: leavings(...where),
      setup: '',
      tests: "found = look_and_leave()\nassert found == [], f'reached {found}'",
      calls: ['look_and_leave'],
      handles: [],
      timeoutMs: 10_000,
    }),
  );
  const failed = (await Promise.all(jobs)).find(({ status }) => status !== 'passed');
  return {
    name: 'reaches the next sample',
    escaped: failed !== undefined,
    ...(failed?.detail && { detail: failed.detail }),
  };
}

const prelude = 'import gc, importlib, os, socket, sys';
const indented = (text: string) => text.trim().replaceAll(/^/gm, '    ');
