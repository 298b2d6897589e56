import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { assetPath } from '../../assets.ts';
import type { GradeJob, Verdict } from '../sandbox.ts';
import { afterEnd } from './after-end.ts';
import { JAIL_ENV, jailArgv, seccompOf, systemFiles, type JailLimits, type JailMaker } from './jail.ts';
import type { Python } from './python-find.ts';
import { sampleLoad } from './sample-load.ts';
import { seccompProgram } from './seccomp.ts';

export interface PairOptions {
  maker: JailMaker;
  python: Python;
  hashSeed: number;
}

/** A driver server and a candidate server, each in a jail of its own, joined by a socket. Grades one sample at a time. */
export interface PythonPair {
  /** Rejects with PairLost when the pair ended before the verdict was out. */
  grade(job: GradeJob): Promise<Verdict>;
  /** It ended by itself, and grades nothing any more. */
  readonly lost: boolean;
  /** Resolves once both are gone. */
  end(): Promise<void>;
}

/** The sandbox's trouble, not a verdict. */
export class PairLost extends Error {}

const CANDIDATE_LIMITS = {
  memoryBytes: 2 ** 30,
  processes: 32,
  openFiles: 64,
  fileBytes: 2 ** 20,
} satisfies JailLimits;

/** What starting two jails and two interpreters may take on a machine that is very busy. */
const START_MS = 120_000;

/** Where either server's jail, or else the server, finds the seccomp program. */
const FILTER = 4;

export async function startPair({ maker, python, hashSeed }: PairOptions): Promise<PythonPair> {
  const { memoryBytes, processes, openFiles, fileBytes } = CANDIDATE_LIMITS;
  const byJail = seccompOf(maker, { shared: true });
  // Else the servers load it themselves.
  const filter = byJail ?? seccompProgram(process.arch, { shared: true });
  const argv = (program: string, ...args: readonly number[]) =>
    jailArgv(
      maker,
      {
        readable: [
          ...systemFiles(),
          ...python.folders,
          { host: assetPath('sandbox/python'), inside: '/whetstone/python' },
          { host: assetPath('sandbox/process/python'), inside: '/whetstone/process' },
        ],
        // Not -I, which would leave the hash seed unread.
        env: { PYTHONHASHSEED: String(hashSeed), LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' },
        isInit: true,
        limits: {},
        ...(byJail && { seccompFd: FILTER }),
      },
      [
        python.executable,
        '-s',
        `/whetstone/process/${program}`,
        ...[filter && !byJail ? FILTER : -1, ...args].map(String),
      ],
    );
  const [driverFile, ...driverArgs] = argv('driver_server.py', memoryBytes);
  const driver = spawn(driverFile, driverArgs, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: JAIL_ENV,
  });
  const joint = driver.stdio[3] as Writable;
  // Our end of the driver's socket becomes the candidate server's: what they say to each other passes nobody else.
  const [candidateFile, ...candidateArgs] = argv('candidate_server.py', memoryBytes, processes, openFiles, fileBytes);
  const candidate = spawn(candidateFile, candidateArgs, {
    stdio: ['ignore', 'ignore', 'pipe', joint, 'pipe'],
    env: JAIL_ENV,
  });
  joint.destroy();
  for (const child of [driver, candidate]) (child.stdio[FILTER] as Writable).on('error', () => {}).end(filter);
  const pair = pairOf(driver, candidate, hashSeed);
  await pair.ready;
  return pair;
}

function pairOf(driver: ChildProcess, candidate: ChildProcess, seed: number): PythonPair & { ready: Promise<void> } {
  const complaints = [driver, candidate].map((child) => lastWords(child.stderr as Readable));
  let waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  let lost = false;
  const gone = Promise.all([driver, candidate].map(endOf));
  const lose = (why: string) => {
    lost = true;
    driver.kill('SIGKILL');
    candidate.kill('SIGKILL');
    waiting?.reject(new PairLost([why, ...complaints.map((words) => words())].filter(Boolean).join(' ')));
    waiting = undefined;
  };
  for (const [child, name] of [[driver, 'driver'] as const, [candidate, 'candidate'] as const]) {
    child.once('error', (error) => lose(`The ${name} server did not start: ${error.message}.`));
    afterEnd(child, (end) => lose(`The ${name} server ended (${end}).`));
  }
  driver.stdin!.on('error', () => lose('The driver server does not listen.'));
  createInterface(driver.stdout!).on('line', (line) => {
    if (line === '{"asks":"load"}') {
      driver.stdin!.write(`${JSON.stringify(sampleLoad([driver.pid!, candidate.pid!]))}\n`);
      return;
    }
    waiting?.resolve(line);
    waiting = undefined;
  });
  const nextLine = () =>
    new Promise<string>((resolve, reject) => {
      waiting = { resolve, reject };
      if (lost) lose('It had ended.');
    });
  const ready = async () => {
    const guard = setTimeout(() => lose('The servers did not say that they are ready.'), START_MS);
    try {
      await nextLine();
    } finally {
      clearTimeout(guard);
    }
  };
  return {
    get lost() {
      return lost;
    },
    ready: ready(),
    async grade(job) {
      // Beyond the longest that the driver server lets a sample take.
      const guard = setTimeout(() => lose('The driver server said nothing.'), job.timeoutMs * 25 + 60_000);
      const answer = nextLine();
      driver.stdin!.write(`${JSON.stringify({ ...job, seed })}\n`);
      try {
        return JSON.parse(await answer) as Verdict;
      } finally {
        clearTimeout(guard);
      }
    },
    async end() {
      lose('It was ended.');
      await gone;
    },
  };
}

const endOf = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    afterEnd(child, () => resolve());
    child.once('error', () => resolve());
  });

function lastWords(stream: Readable): () => string {
  let words = '';
  stream.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-2000)));
  return () => words.trim();
}
