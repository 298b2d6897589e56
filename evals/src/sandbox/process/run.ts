import { spawn } from 'node:child_process';

/** A small helper program, run to its end; `exitCode` is undefined where it is not there at all. */
export function run(file: string, args: readonly string[], env?: NodeJS.ProcessEnv) {
  return new Promise<{ exitCode: number | null | undefined; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 20_000,
      killSignal: 'SIGKILL',
      ...(env && { env }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', () => resolve({ exitCode: undefined, stdout, stderr }));
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
