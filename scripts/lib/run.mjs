import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './project.mjs';

/** The environment in which the checkout's own tools are found, pnpm or npm having started us or not. */
const withLocalTools = (env) => ({
  ...process.env,
  ...env,
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].filter(Boolean).join(delimiter),
});

/**
 * Runs a command line to its end. Signals meant for us reach it too, so that nothing is left behind, and come back as
 * `interrupted`; with `show` it owns the terminal, else what it printed comes back as `output`.
 */
export function run(command, { env = {}, show = false } = {}) {
  const [program, ...args] = Array.isArray(command) ? command : [command];
  const child = spawn(program, args, {
    cwd: root,
    env: withLocalTools(env),
    shell: !Array.isArray(command) || process.platform === 'win32',
    stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });

  let interrupted;
  const forward = (signal) => {
    interrupted = signal;
    // A terminal sends Ctrl+C to the child as well; told twice, many programs give up their orderly stop.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of passedOn) process.on(signal, forward);

  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));

  return new Promise((resolve) => {
    const finish = (code, signal) => {
      for (const name of passedOn) process.off(name, forward);
      resolve({ code, signal, interrupted, output: Buffer.concat(chunks).toString() });
    };
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${program}: ${error.message}\n`));
      finish(127, null);
    });
    child.on('close', finish);
  });
}

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Ends this process the way its child ended. */
export function exitLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
}

export const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
