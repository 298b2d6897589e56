import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProduct, checkout } from '../harness/checkout.ts';
import { interleave, median, ratioOf, type Contender } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';

const rounds = 31;

const spoolerWrite = 'spooler, a write';
const spoolerShell = 'spooler, a command of the shell';
const emptyShell = 'sh -c :';
const drained = 'capture post, spooled and drained';
const emptyNode = 'node -e 0';

/** Around a file of 200 lines, in a repository of 200 files; the spool is emptied between rounds, as a drain does. */
export const captureSpooler: Entry = {
  title: 'A hook around what an agent writes, beside an empty shell and an empty Node',
  lasts: 'half a minute',
  async run() {
    await buildProduct();
    return withScratch(async (scratch) => {
      const { hook, post, empty } = project(scratch);
      const contenders: Contender<number>[] = [
        { name: spoolerWrite, sample: async () => hook('Write') },
        { name: spoolerShell, sample: async () => hook('Bash') },
        { name: emptyShell, sample: async () => fromShell('sh', ['-c', ':'], { input: '' }) },
        { name: drained, sample: async () => post() },
        { name: emptyNode, sample: async () => timed(process.execPath, ['-e', '0'], {}) },
      ].map(({ name, sample }) => ({ name, sample: () => sample().finally(empty) }));
      await interleave(contenders, 2);
      const measured = await interleave(contenders, rounds);
      const table = (title: string, names: string[], base: string) => ({
        title,
        unit: 'ms',
        better: 'less' as const,
        base,
        rows: names.map((name) => ({ name, samples: measured.of(name) })),
      });
      return {
        referenceNs: measured.referenceNs,
        tables: [
          table('From a shell, from start to exit', [spoolerWrite, spoolerShell, emptyShell], emptyShell),
          table('From spawn to exit, with Node', [drained, emptyNode], emptyNode),
        ],
        notes: [],
        bars: [
          ...[spoolerWrite, spoolerShell].map((name) => ({
            what: name,
            actual: median(measured.of(name)),
            kind: 'at most' as const,
            limit: 10,
            unit: 'ms',
          })),
          {
            what: 'a drained hook against an empty Node',
            actual: ratioOf(measured.of(drained), measured.of(emptyNode)),
            kind: 'at most',
            limit: 1.3,
            unit: 'x',
          },
        ],
      };
    });
  },
};

function project(scratch: string) {
  const [root, stateDir] = [join(scratch, 'repository'), join(scratch, 'state')];
  mkdirSync(root, { recursive: true });
  const lines = 'export const value = 1;\n'.repeat(200);
  // As old as files are: git reads what is as young as its index again each time.
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (let n = 0; n < 200; n++) {
    const file = join(root, `file-${n}.ts`);
    writeFileSync(file, lines);
    utimesSync(file, hourAgo, hourAgo);
  }
  const env = { PATH: process.env['PATH'] ?? '', HOME: scratch, WHETSTONE_STATE_DIR: stateDir };
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.email=user-1@example.com', '-c', 'user.name=user-1', ...args], { cwd: root, env });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'begin');
  const program = join(checkout, 'mcp-server', 'dist', 'whetstone-mcp.js');
  const agreed = spawnSync(process.execPath, [program, 'hooks', 'install', '--yes', '--client', 'claude'], {
    cwd: root,
    env,
  });
  const spooler = join(stateDir, 'capture', 'whetstone-spool');
  if (!existsSync(spooler)) throw new Error(agreed.stderr.toString());
  const file = join(root, 'file-1.ts');
  const input = (tool: string) =>
    JSON.stringify({
      session_id: 'bench',
      cwd: root,
      hook_event_name: 'PreToolUse',
      tool_name: tool,
      tool_input: { file_path: file, content: lines },
    });
  const spool = join(stateDir, 'capture', 'spool');
  return {
    hook: (tool: string) => fromShell(spooler, ['claude'], { env, cwd: root, input: input(tool) }),
    post: () =>
      timed(process.execPath, [program, 'capture', 'post', '--session', 'bench', '--agent', 'bench', file], {
        env,
        cwd: root,
      }),
    empty() {
      for (const name of readdirSync(spool)) if (/^\d+[-.]/.test(name)) rmSync(join(spool, name));
    },
  };
}

const repeats = 10;

/** One of several that a shell starts: this process is so large that to start any other takes it longer than a hook runs. */
const fromShell = (
  command: string,
  args: string[],
  options: { input: string; env?: NodeJS.ProcessEnv; cwd?: string },
) =>
  timed(
    'sh',
    [
      '-c',
      `said=$(cat); n=0; while [ $n -lt ${repeats} ]; do printf %s "$said" | "$@"; n=$((n + 1)); done`,
      'sh',
      command,
      ...args,
    ],
    options,
  ) / repeats;

function timed(command: string, args: string[], options: object): number {
  const from = performance.now();
  const { status } = spawnSync(command, args, options);
  const ms = performance.now() - from;
  if (status !== 0) throw new Error(`${command} exited with ${status}`);
  return ms;
}
