import { realpathSync } from 'node:fs';
import { assetPath } from '../../assets.ts';
import type { Program } from '../javascript/half.ts';
import { openPool } from '../javascript/pool.ts';
import { probesOf } from '../javascript/probes.ts';
import { openTypescript } from '../typescript.ts';
import type { SandboxOptions } from '../sandbox.ts';
import { jailArgv, seccompOf, systemFiles, type JailMaker } from './jail.ts';
import type { Runner } from './open.ts';

/** Of a candidate: V8's heap, and all that a process may write to, V8's other memory and buffers included. */
const HEAP_MB = 512;
/**
 * RLIMIT_AS is no limit for V8, which reserves far more than it uses. RLIMIT_DATA counts what is private and writable
 * (getrlimit(2), since Linux 4.7), which a reservation is not.
 */
const DATA_BYTES = 2 ** 30;
/** Node itself has about twelve threads, and each counts. */
const PROCESSES = 48;
/** Of processor time; the wall clock of a job is far shorter. A driver lives as long as its run. */
const CANDIDATE_CPU_SECONDS = 120;

/** JavaScript and TypeScript in the process sandbox: Node in two jails per worker, the tests in one, the program in the other. */
export function openJavascriptRunner(
  { workers, languages }: Pick<SandboxOptions, 'workers' | 'languages'>,
  maker: JailMaker,
): Runner {
  const typescript = openTypescript({ isNeeded: languages?.includes('typescript') ?? false });
  const pool = openPool(
    {
      driver: nodeInJail(maker, 'driver'),
      candidate: nodeInJail(maker, 'candidate'),
      reusable: false,
      prepare: typescript.prepare,
    },
    workers,
  );
  return {
    filtersCalls: seccompOf(maker) !== undefined,
    versions: { node: process.versions.node, typescript: typescript.version },
    grade: pool.grade,
    probe: () => probesOf(pool.grade),
    close: async () => void (await Promise.all([pool.close(), typescript.close()])),
  };
}

function nodeInJail(maker: JailMaker, half: 'driver' | 'candidate'): Program {
  const filter = seccompOf(maker);
  const node = realpathSync(process.execPath);
  const system = systemFiles();
  const isOfSystem = system.some((folder) => node.startsWith(`${folder}/`));
  const nodeInside = isOfSystem ? node : `${CODE_INSIDE}/node`;
  const readable = [
    ...system,
    ...(isOfSystem ? [] : [{ host: node, inside: nodeInside }]),
    { host: realpathSync(assetPath('sandbox/javascript')), inside: `${CODE_INSIDE}/javascript` },
  ];
  const limits = {
    processes: PROCESSES,
    openFiles: 64,
    fileBytes: 0,
    ...(half === 'candidate' ? { cpuSeconds: CANDIDATE_CPU_SECONDS } : {}),
  };
  const plan = { readable, env: { TZ: 'UTC', LANG: 'C.UTF-8' }, limits, ...(filter && { seccompFd: 5 }) };
  const argv = jailArgv(maker, plan, [
    '/usr/bin/prlimit',
    `--data=${DATA_BYTES}`,
    '--',
    nodeInside,
    '--no-warnings',
    `--max-old-space-size=${HEAP_MB}`,
    `${CODE_INSIDE}/javascript/node-${half}.mjs`,
  ]);
  return { argv, ...(filter && { fifth: filter }) };
}

/** Not where it lies on the host: a program would read there where the harness is. */
const CODE_INSIDE = '/whetstone';
