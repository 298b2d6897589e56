import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecJob, ExecResult } from '../sandbox.ts';
import { unavailable, type Machine } from './machine.ts';
import { shellQuoted } from '../../shell-quoted.ts';

const run = promisify(execFile);
const carryMs = 120_000;

/** Takes the folder over, runs the command in it, and brings the folder back as the command left it. */
export async function execOnMachine(machine: Machine, job: ExecJob, signal?: AbortSignal): Promise<ExecResult> {
  const scratch = await mkdtemp(join(tmpdir(), 'whetstone-e2b-'));
  try {
    await carryOver(machine, job.folder, '/work', scratch);
    for (const { host, inside } of job.readable ?? []) await carryOver(machine, host, inside, scratch);
    const startedAt = performance.now();
    const result = await machine.run(commandOf(job), { timeoutMs: job.timeoutMs, signal });
    const wallMs = performance.now() - startedAt;
    if (!result.timedOut) await bringBack(machine, job.folder, scratch);
    return { ...result, outOfMemory: false, wallMs };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const commandOf = ({ command, env, memoryMb }: ExecJob) =>
  `cd /work && ${Object.entries(env)
    .map(([name, value]) => `${name}=${shellQuoted(value)}`)
    .join(' ')} setsid -w sh -c ${shellQuoted(`ulimit -d ${memoryMb * 1024}; ${command}`)}`;

async function carryOver(machine: Machine, folder: string, to: string, scratch: string): Promise<void> {
  const archive = join(scratch, 'over.tgz');
  await run('tar', ['-czf', archive, '-C', folder, '.']);
  const data = await readFile(archive);
  await machine.write([
    { path: '/root/over.tgz', data: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) },
  ]);
  const unpacked = await machine.run(
    `mkdir -p ${shellQuoted(to)} && find ${shellQuoted(to)} -mindepth 1 -delete && tar -xzf /root/over.tgz -C ${shellQuoted(to)} && rm /root/over.tgz`,
    { timeoutMs: carryMs },
  );
  if (unpacked.exitCode !== 0) throw unavailable(`${to} could not be carried over`, new Error(unpacked.stderr));
}

async function bringBack(machine: Machine, folder: string, scratch: string): Promise<void> {
  const packed = await machine.run('tar -czf /root/back.tgz -C /work .', { timeoutMs: carryMs });
  if (packed.exitCode !== 0) throw unavailable('the folder could not be brought back', new Error(packed.stderr));
  const archive = join(scratch, 'back.tgz');
  await writeFile(archive, await machine.read('/root/back.tgz'));
  // What comes back was made by a candidate: no owner, no device, no name that leads elsewhere.
  await run('tar', ['-xzf', archive, '-C', folder, '--no-same-owner', '--no-same-permissions']);
}
