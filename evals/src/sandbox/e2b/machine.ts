import { setTimeout as sleep } from 'node:timers/promises';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Sandbox } from 'e2b';

export interface E2bConfig {
  apiKey?: string;
  apiUrl?: string;
  domain?: string;
  /** Where every machine is reached, instead of an address of its own; for a stand-in. */
  sandboxUrl?: string;
  /** Between tries to rent, likewise. */
  pauseMs?: (attempt: number) => number;
}

/** A machine that was rented for a while. */
export interface Machine {
  id: string;
  /** Something on it did not end in time and may still run: it is for nobody else. */
  isSpent(): boolean;
  /** As root, by `sh`; at most 1 MiB of each output, the end kept. */
  run(command: string, options: { timeoutMs: number; signal?: AbortSignal | undefined }): Promise<RunResult>;
  write(files: readonly { path: string; data: string | ArrayBuffer }[]): Promise<void>;
  read(path: string): Promise<Uint8Array>;
  /** Gives it back; a machine that is gone already is no trouble. */
  close(): Promise<void>;
}

export interface RunResult {
  exitCode?: number;
  timedOut: boolean;
  stdout: string;
  stderr: string;
}

/** A machine whose renter vanished ends by itself after this long without a word. */
const leaseMs = 10 * 60_000;
const requestTimeoutMs = 30_000;
const tries = 5;
const outputBytes = 2 ** 20;

export interface RentOptions {
  template: string;
  /** Pauses between tries, injected so that tests need not wait. */
  pauseMs?: (attempt: number) => number;
  signal?: AbortSignal | undefined;
}

/** Machines are refused, slow and short at times: tried again, and `unavailable` in the end. */
export async function rentMachine(config: E2bConfig, options: RentOptions): Promise<Machine> {
  const { pauseMs: ownPauseMs = (attempt: number) => 500 * 2 ** attempt, ...access } = config;
  const { template, signal, pauseMs = ownPauseMs } = options;
  if (!access.apiKey)
    throw new WhetstoneError(
      'conflict',
      'the e2b sandbox needs E2B_API_KEY; without an account choose the sandbox process',
    );
  // It is a tenth of what a start would load, and few rent machines.
  const e2b = await import('e2b');
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      // `secure` keeps others who learn the machine's address out; without internet, candidates reach nobody.
      const sandbox = await e2b.Sandbox.create(template, {
        ...access,
        timeoutMs: leaseMs,
        requestTimeoutMs,
        allowInternetAccess: false,
        metadata: { for: 'whetstone-evals' },
      });
      return machineOf(sandbox, e2b);
    } catch (error) {
      // Gateways repeat what they refuse.
      const said = wordsOf(error).replaceAll(access.apiKey, '[secret]');
      if (error instanceof e2b.AuthenticationError)
        throw new WhetstoneError('unauthorized', `E2B refuses E2B_API_KEY: ${said}`);
      if (error instanceof e2b.InvalidArgumentError)
        throw new WhetstoneError('invalid', `E2B refuses the request: ${said}`);
      if (attempt + 1 >= tries) throw unavailable(`no machine could be rented in ${tries} tries`, new Error(said));
      await sleep(pauseMs(attempt), undefined, signal ? { signal } : {});
    }
  }
}

export const unavailable = (what: string, cause: unknown) =>
  new WhetstoneError('unavailable', `e2b: ${what} (${wordsOf(cause)})`, { cause });

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** What the client throws for a command that failed, and for one that took too long. */
type Faults = Pick<typeof import('e2b'), 'CommandExitError' | 'TimeoutError'>;

function machineOf(sandbox: Sandbox, { CommandExitError, TimeoutError }: Faults): Machine {
  let isSpent = false;
  return {
    id: sandbox.sandboxId,
    isSpent: () => isSpent,
    async run(command, { timeoutMs, signal }) {
      // The output goes to files first: the client would hold all of it in memory, however much there is.
      const kept = `{ ${command}\n} >/tmp/whetstone-out 2>/tmp/whetstone-err </dev/null; code=$?
tail -c ${outputBytes} /tmp/whetstone-out; tail -c ${outputBytes} /tmp/whetstone-err >&2; exit $code`;
      await sandbox.setTimeout(leaseMs + timeoutMs, { requestTimeoutMs });
      try {
        const { exitCode, stdout, stderr } = await sandbox.commands.run(kept, {
          user: 'root',
          timeoutMs,
          requestTimeoutMs,
          ...(signal && { signal }),
        });
        return { exitCode, stdout, stderr, timedOut: false };
      } catch (error) {
        if (error instanceof CommandExitError)
          return { exitCode: error.exitCode, stdout: error.stdout, stderr: error.stderr, timedOut: false };
        isSpent = true;
        if (error instanceof TimeoutError && (await sandbox.isRunning({ requestTimeoutMs }).catch(() => false)))
          return { stdout: '', stderr: '', timedOut: true };
        throw error;
      }
    },
    async write(files) {
      await sandbox.files.write([...files], { user: 'root', requestTimeoutMs });
    },
    async read(path) {
      return await sandbox.files.read(path, { format: 'bytes', user: 'root', requestTimeoutMs });
    },
    async close() {
      // It ends by its lease if this fails.
      await sandbox.kill({ requestTimeoutMs }).catch(() => false);
    },
  };
}
