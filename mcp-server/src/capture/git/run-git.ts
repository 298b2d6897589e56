import { environmentWith } from '../../config.ts';

const timeoutMs = 10_000;

/**
 * What git answers, or nothing: no git, no repository, a broken one, too slow. It neither takes locks nor asks anybody, and
 * the variables of a hook that we may run under do not point it elsewhere.
 */
export function runGit(root: string, args: string[], input: string | Buffer = ''): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const env = environmentWith({
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_DIR: undefined,
      GIT_WORK_TREE: undefined,
      GIT_INDEX_FILE: undefined,
    });
    // Most writes need no git: it is loaded when one does.
    const { spawn } = process.getBuiltinModule('node:child_process');
    const child = spawn('git', ['-C', root, ...args], { env, stdio: ['pipe', 'pipe', 'ignore'], timeout: timeoutMs });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    // It may have ended before it has read all.
    child.stdin.on('error', () => undefined);
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === 0 || code === 1 ? Buffer.concat(chunks) : undefined));
    child.stdin.end(input);
  });
}

/** Parts between NUL bytes. */
export const fieldsOf = (output: Buffer | undefined) => output?.toString('utf8').split('\0').slice(0, -1) ?? [];
