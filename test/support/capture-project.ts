import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mcpEnv, mcpServerFile, someKey } from './mcp-process.ts';

export interface Hunk {
  file: string;
  startLine: number;
  endLine: number;
  verdict: string;
  session: string;
  agentLines: number;
}

interface Options {
  git?: boolean;
  level?: 'counts' | 'patterns' | 'full';
  /** Hooks of Claude Code, Cursor and git, as `hooks install` puts them; else none. */
  install?: boolean;
  url?: string;
  /** Default: one that no server has given out. */
  apiKey?: string;
}

/** A repository, a home and a state directory of their own, and clients that call the hooks as the real ones do. */
export function captureProject({
  git = true,
  level = 'full',
  install = true,
  url = 'http://127.0.0.1:9',
  apiKey = someKey,
}: Options = {}) {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'whetstone-capture-')));
  const [root, stateDir, home] = [join(base, 'repo'), join(base, 'state'), join(base, 'home')];
  for (const folder of [root, stateDir, home]) mkdirSync(folder, { recursive: true });
  const env: Record<string, string> = { ...mcpEnv({ url, apiKey, stateDir }), HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  const runGit = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  if (git) {
    runGit('init', '-q', '-b', 'main');
    runGit('config', 'user.email', 'user-1@example.com');
    runGit('config', 'user.name', 'user-1');
    writeFileSync(join(root, 'README.md'), 'Constructed.\n');
    runGit('add', '.');
    runGit('commit', '-qm', 'begin');
  }

  const whetstone = (args: string[], over: Record<string, string> = {}) =>
    run(process.execPath, [mcpServerFile, ...args], { env: { ...env, ...over }, cwd: root });
  const capture = join(stateDir, 'capture');
  const spooler = join(capture, 'whetstone-spool');
  const hook = (client: string, payload: object, over: Record<string, string> = {}) =>
    run(spooler, [client], { env: { ...env, ...over }, cwd: root, input: JSON.stringify(payload) });
  const claude = (event: string, session: string, tool?: string, input?: object) =>
    hook('claude', {
      session_id: session,
      transcript_path: join(home, 'transcript.jsonl'),
      cwd: root,
      permission_mode: 'default',
      hook_event_name: event,
      ...(tool && { tool_name: tool, tool_input: input, tool_use_id: 'toolu_1' }),
    });

  return {
    root,
    home,
    stateDir,
    env,
    capture,
    spooler,
    spool: join(capture, 'spool'),
    git: runGit,
    whetstone,
    hook,
    claude,
    begin: async () =>
      install ? whetstone(['hooks', 'install', '--yes', '--level', level, '--client', 'all']) : undefined,
    write(path: string, text: string | Buffer) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    /** As Claude Code writes a file, with its hooks around. */
    async agentWrites(path: string, text: string | Buffer, session = 'session-1') {
      const input = { content: text.toString(), file_path: join(root, path) };
      await claude('PreToolUse', session, 'Write', input);
      this.write(path, text);
      return claude('PostToolUse', session, 'Write', input);
    },
    /** As its shell does. */
    async agentRuns(change: () => void, session = 'session-1') {
      const input = { command: 'constructed', description: 'Constructed' };
      await claude('PreToolUse', session, 'Bash', input);
      change();
      return claude('PostToolUse', session, 'Bash', input);
    },
    /** As a server does days later, by a clock that is set forward before the program begins. */
    drainLater(days: number, over: Record<string, string> = {}) {
      const clock = join(home, 'later.cjs');
      writeFileSync(clock, `const now = Date.now; Date.now = () => now() + ${days} * 86_400_000 + 3_600_000;\n`);
      return whetstone(['capture', 'drain'], { NODE_OPTIONS: `--require=${clock}`, ...over });
    },
    async report(): Promise<{ hunks: Hunk[]; coverage: Record<string, number>; dropped: number }> {
      const { stdout, stderr } = await whetstone(['capture', 'report', '--json']);
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout) as { hunks: Hunk[]; coverage: Record<string, number>; dropped: number };
    },
    spooled: () => readdirSync(join(capture, 'spool')).filter((name) => /\.(?:claude|cursor|git|told)$/.test(name)),
  };
}

interface Running {
  env: Record<string, string>;
  cwd: string;
  input?: string;
}

/** To its end. */
export function run(command: string, args: string[], { env, cwd, input = '' }: Running) {
  const child = spawn(command, args, { env, cwd, stdio: 'pipe' });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((ended) =>
    child.once('close', (code) => ended({ code, ...seen })),
  );
}

/** Everything that lies below a directory, as one text. */
export function textBelow(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}
