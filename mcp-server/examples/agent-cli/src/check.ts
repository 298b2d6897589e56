import { execFile } from 'node:child_process';

export interface Verdict {
  verdict: 'accept' | 'reject';
  output: string;
}

/** Runs the command of the card: it alone decides. */
export const check = ([command = '', ...args]: readonly string[], root: string) =>
  new Promise<Verdict>((decided) => {
    execFile(command, args, { cwd: root, timeout: 60_000 }, (error, stdout, stderr) =>
      decided({ verdict: error ? 'reject' : 'accept', output: `${stdout}${stderr}`.slice(-4_000) }),
    );
  });
