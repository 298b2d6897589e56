import { spawn } from 'node:child_process';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { systemClock } from '../../mcp-server/src/offline/clock.ts';
import { inspectOutbox, pendingRecords } from '../../mcp-server/src/offline/outbox/inspect.ts';
import { segmentsOf } from '../../mcp-server/src/offline/outbox/segment-name.ts';
import { nodeTransport } from '../../mcp-server/src/offline/transport/node-transport.ts';
import { startForgetfulCloud } from '../../mcp-server/test/support/forgetful-cloud.ts';
import { drainOnce, newDirectory, newOutbox } from '../../mcp-server/test/support/outbox.ts';

const script = fileURLToPath(new URL('../../mcp-server/test/support/recording-process.ts', import.meta.url));

const start = (...args: string[]) => startAs([process.execPath], ...args);

function startAs([program = '', ...before]: string[], ...args: string[]) {
  const child = spawn(program, [...before, '--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const accepted = () => said.split('\n').slice(0, -1);
  return { accepted, ended, kill: () => child.kill('SIGKILL') };
}

it('kills leave every accepted record where the next process finds it', { timeout: 120_000 }, async () => {
  const directory = newDirectory();
  const accepted: string[] = [];
  for (let round = 0; round < 5; round++) {
    const processes = [0, 1, 2].map((n) => start('record', directory, `r${round}p${n}`));
    await expect
      .poll(() => processes.every((one) => one.accepted().length > 20 + round * 15), { timeout: 30_000, interval: 1 })
      .toBe(true);
    for (const one of processes) one.kill();
    await Promise.all(processes.map(({ ended }) => ended));
    accepted.push(...processes.flatMap((one) => one.accepted()));
  }
  const found = new Set((await pendingRecords(directory)).map(({ body }) => (body as { name: string }).name));
  expect(accepted.length).toBeGreaterThan(300);
  expect(accepted.filter((name) => !found.has(name))).toEqual([]);
  console.info(`15 processes killed, ${accepted.length} accepted, ${found.size} found, 0 lost`);
});

it(
  'processes that record and send at once lose nothing, though 30 % of the answers are lost',
  { timeout: 120_000 },
  async () => {
    const directory = newDirectory();
    const transport = nodeTransport({ proxy: undefined, clock: systemClock });
    const cloud = await startForgetfulCloud(0.3);
    const processes = [0, 1, 2, 3].map((n) => start('drain', directory, `p${n}`, cloud.url, '300'));
    await expect.poll(() => processes[0]!.accepted().length, { timeout: 30_000 }).toBeGreaterThan(100);
    processes[0]!.kill();
    await Promise.all(processes.map(({ ended }) => ended));
    const accepted = processes.flatMap((one) => one.accepted());

    for (const { file } of segmentsOf(readdirSync(directory))) utimesSync(join(directory, file), 1, 1);
    await expect
      .poll(async () => (await drainOnce(directory, transport, { url: cloud.url })).block, { timeout: 60_000 })
      .toBeUndefined();
    const names = [...cloud.applied.values()].map((body) => (JSON.parse(body) as { name: string }).name);
    expect(cloud.seen.lost).toBeGreaterThan(100);
    expect(new Set(names).size).toBe(names.length);
    expect(accepted.filter((name) => !names.includes(name))).toEqual([]);
    const report = await inspectOutbox(directory);
    expect(report).toMatchObject({ pending: 0, parked: 0, unreadable: 0 });
    expect(report.delivered).toBe(report.accepted);
    expect(segmentsOf(readdirSync(directory))).toEqual([]);
    console.info(
      `${accepted.length} accepted, ${names.length} applied, ${cloud.seen.lost} of ${cloud.seen.requests} answers lost`,
    );
    await cloud.stop();
  },
);

// The limit on the size of a file stands for a full disk: the system takes the first part of a write and refuses the rest.
it.skipIf(process.platform === 'win32')(
  'a disk that is full refuses visibly, keeps what it took, and goes on later',
  async () => {
    const directory = newDirectory();
    const limited = startAs(
      ['sh', '-c', 'ulimit -f 300 && exec "$@"', 'sh', process.execPath],
      'fill',
      directory,
      'full',
    );
    await limited.ended;
    const accepted = limited.accepted().slice(0, -1);
    expect(JSON.parse(limited.accepted().at(-1)!)).toEqual({
      accepted: false,
      reason: expect.stringMatching(/is full \(EFBIG\); make room, or set WHETSTONE_STATE_DIR/),
    });
    expect(accepted.length).toBeGreaterThan(4);
    const { record } = newOutbox(directory);
    expect(await record({ name: 'later' })).toMatchObject({ accepted: true });
    const found = (await pendingRecords(directory)).map(({ body }) => (body as { name: string }).name);
    expect(found).toEqual([...accepted, 'later']);
  },
);
