import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();
const patienceMs = 15_000;

/** Ends a child with this process whatever happens; the result ends it in good order and waits until it is gone. */
export function endWithUs(child: ChildProcess): () => Promise<void> {
  running.add(child);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running.delete(child);
      resolve();
    });
    child.once('error', () => {
      running.delete(child);
      resolve();
    });
  });
  return async () => {
    if (!running.has(child)) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await gone;
    clearTimeout(timer);
  };
}

/** Resolves with what the pattern captures once the child says so on stdout. */
export async function saying(child: ChildProcess, pattern: RegExp, timeoutMs: number): Promise<string> {
  let said = '';
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2_000)));
  return new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`a child did not say ${pattern} in ${timeoutMs} ms`)), timeoutMs);
    const settle = (done: () => void) => {
      clearTimeout(timer);
      done();
    };
    child.stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-20_000);
      const [, found] = pattern.exec(said) ?? [];
      if (found !== undefined) settle(() => resolve(found));
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code) => settle(() => reject(new Error(`a child ended with ${code}: ${said}${complaints}`))));
  });
}

/** To be called once: no child outlives this process. */
export function endChildrenOnExit(): void {
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
}
