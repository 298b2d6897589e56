import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Language } from '../problem.ts';
import type { Sandbox, Verdict } from '../sandbox/sandbox.ts';
import type { HostileProgram, Traps } from './hostile-program.ts';
import { openProcessWatch, type ProcessWatch } from './process-watch.ts';
import { javascriptPrograms } from './javascript-programs.ts';
import { pythonPrograms } from './python-programs.ts';

export interface HostileOutcome {
  name: string;
  language: Language;
  aim: HostileProgram['aim'];
  status: Verdict['status'];
  detail?: string;
  /** It passed, though nothing can answer right. */
  falsePass: boolean;
  /** A right program after it did not pass, or a wrong one did. */
  harmedNext: boolean;
  /** What it did outside; empty is what one wants. */
  effects: readonly string[];
}

export const isHeld = ({ falsePass, harmedNext, effects }: HostileOutcome): boolean =>
  !falsePass && !harmedNext && effects.length === 0;

export interface HostileOptions {
  timeoutMs: number;
  /** Candidates beside their tests: what the weaker grading is worth. */
  sameProcess?: boolean;
  /** What the programs that are tried are after; all by default. */
  aims?: readonly HostileProgram['aim'][];
  onOutcome?: (outcome: HostileOutcome, done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Runs every hostile program, each followed by a right and a wrong one, and looks at the traps set outside. */
export async function runHostileSet(sandbox: Sandbox, options: HostileOptions): Promise<HostileOutcome[]> {
  await using traps = await setTraps();
  // What a sandbox keeps running from one sample to the next is there before the first of them.
  for (const language of new Set(sandbox.languages)) await goodAndBad(sandbox, language, options);
  const processes = await openProcessWatch(process.pid, traps.daemonMarker);
  const programs = [...pythonPrograms(traps), ...javascriptPrograms(traps)].filter(
    ({ language, aim }) => sandbox.languages.includes(language) && (options.aims?.includes(aim) ?? true),
  );
  const outcomes: HostileOutcome[] = [];
  for (const hostile of programs) {
    options.signal?.throwIfAborted();
    const outcome = await tryOne(sandbox, hostile, { traps, processes }, options);
    outcomes.push(outcome);
    options.onOutcome?.(outcome, outcomes.length, programs.length);
  }
  return outcomes;
}

async function tryOne(
  sandbox: Sandbox,
  { name, language, aim, program }: HostileProgram,
  { traps, processes }: { traps: SetTraps; processes: ProcessWatch },
  options: HostileOptions,
): Promise<HostileOutcome> {
  const { timeoutMs, sameProcess, signal } = options;
  const common = { language, setup: '', handles: [], timeoutMs, ...(sameProcess && { sameProcess }) };
  const verdict = await sandbox.grade(
    { ...common, program, tests: secretTests[language](), calls: ['digest'] },
    signal,
  );
  const nextUnharmed = await goodAndBad(sandbox, language, options);
  return {
    name,
    language,
    aim,
    status: verdict.status,
    ...(verdict.detail !== undefined && { detail: verdict.detail }),
    falsePass: verdict.status === 'passed',
    harmedNext: !nextUnharmed,
    effects: [...(await traps.sprung()), ...(await processes.left())],
  };
}

/** They end by themselves: whatever a busy machine takes for them is no harm that was done. */
const NEIGHBOUR_MS = 30_000;

/** Whether a right program passes and a wrong one fails. */
async function goodAndBad(
  sandbox: Sandbox,
  language: Language,
  { sameProcess, signal }: HostileOptions,
): Promise<boolean> {
  const [right, wrong] = neighbours[language];
  const job = { language, setup: '', handles: [], timeoutMs: NEIGHBOUR_MS, tests: addTests[language], calls: ['add'] };
  const beside = sameProcess && { sameProcess };
  const good = await sandbox.grade({ ...job, program: right, ...beside }, signal);
  const bad = await sandbox.grade({ ...job, program: wrong, ...beside }, signal);
  return good.status === 'passed' && bad.status === 'failed';
}

const word = () => `word-${randomBytes(8).toString('hex')}`;

const pythonSecrets = () => ['a', 'b', 'c'].map((text) => `assert digest('${text}') == '${word()}'`).join('\n');
const javascriptSecrets = () =>
  ['a', 'b', 'c'].map((text) => `assert.equal(await digest('${text}'), '${word()}');`).join('\n');

const secretTests: Record<Language, () => string> = {
  python: pythonSecrets,
  javascript: javascriptSecrets,
  typescript: javascriptSecrets,
};

const javascriptNeighbours = [
  'function add(a, b) { return [a, b].map(Number).join() && Math.max(a, b) + Math.min(a, b); }',
  'function add(a, b) { return a - b; }',
] as const;
const javascriptAdds = 'assert.equal(add(2, 3), 5);\nassert.equal(add(-1, 1), 0);';

/** They use what hostile programs like to patch. */
const neighbours: Record<Language, readonly [right: string, wrong: string]> = {
  python: [
    'import math, re, json\ndef add(a, b):\n    return sum(sorted([a, b])) + len("") + int(math.sqrt(0)) + json.loads("0")\n',
    'def add(a, b): return a - b\n',
  ],
  javascript: javascriptNeighbours,
  typescript: javascriptNeighbours,
};
const addTests: Record<Language, string> = {
  python: 'assert add(2, 3) == 5\nassert add(-1, 1) == 0',
  javascript: javascriptAdds,
  typescript: javascriptAdds,
};

interface SetTraps extends Traps, AsyncDisposable {
  /** What was done since the last look. */
  sprung(): Promise<string[]>;
}

async function setTraps(): Promise<SetTraps> {
  const root = await mkdtemp(join(tmpdir(), 'whetstone-hostile-'));
  const emptyFolder = await mkdtemp(join(root, 'empty-'));
  const secretFile = join(root, 'secret');
  const secret = word();
  // Anybody may write here: only the sandbox stands between.
  await writeFile(secretFile, secret, { mode: 0o666 });
  let heard = 0;
  let signals = 0;
  const listener = createServer((socket) => {
    heard++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const onSignal = () => void signals++;
  process.on('SIGTERM', onSignal);
  return {
    secretFile,
    emptyFolder,
    port,
    harnessPid: process.pid,
    daemonMarker: word(),
    async sprung() {
      const effects: string[] = [];
      const left = await readdir(emptyFolder);
      if (left.length > 0) {
        effects.push('wrote a file on the host');
        for (const name of left) await rm(join(emptyFolder, name), { recursive: true, force: true });
      }
      if ((await readFile(secretFile, 'utf8')) !== secret) {
        effects.push('changed a file of the host');
        await writeFile(secretFile, secret);
      }
      if (heard > 0) effects.push('reached the network of the host');
      if (signals > 0) effects.push('signalled the harness');
      heard = signals = 0;
      return effects;
    },
    async [Symbol.asyncDispose]() {
      process.off('SIGTERM', onSignal);
      await new Promise((resolve) => listener.close(resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
}
