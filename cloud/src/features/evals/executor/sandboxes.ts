import { openSandbox, type Language, type Sandbox, type SandboxTier } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Logger } from 'pino';
import { availableParallelism } from 'node:os';
import type { ExecutorConfig } from './config.ts';

export interface LentSandbox {
  sandbox: Sandbox;
  /** The work in it has ended. */
  giveBack: () => void;
}

export type LendSandbox = (tier: SandboxTier | undefined, languages: readonly Language[]) => Promise<LentSandbox>;

export interface SandboxPool {
  /** One whose probes ran and did not get out; opened by the first who wants it. Throws `forbidden` where none holds. */
  lend: LendSandbox;
  /** What is open, for people. */
  engine: () => string;
  /** Ends them all. */
  stop: () => Promise<void>;
}

interface Options {
  config: Pick<ExecutorConfig, 'e2b' | 'cacheDir'>;
  log: Pick<Logger, 'info' | 'warn'>;
  /** How long one stays open that nobody uses. */
  idleMs?: number;
}

interface Kept {
  opening: Promise<Sandbox>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/** PYTHONHASHSEED of what is graded: that of the command line. */
export const hashSeed = 0;

/** One sandbox per process, tier and languages, shared by all runs. */
export function sandboxPool({ config, log, idleMs = 300_000 }: Options): SandboxPool {
  const pool = new Map<string, Kept>();
  const tiers = new Set<string>();
  let isStopped = false;

  function open(key: string, tier: SandboxTier | undefined, languages: readonly Language[]): Kept {
    const opening = openSandbox(
      {
        ...(tier && { tier }),
        workers: availableParallelism(),
        hashSeed,
        ...(languages.length > 0 && { languages }),
      },
      config,
    );
    const kept: Kept = { opening, users: 0, idle: undefined };
    pool.set(key, kept);
    opening.then(
      (sandbox) => tiers.add(nameOf(sandbox)),
      // The next one tries again.
      () => pool.get(key) === kept && pool.delete(key),
    );
    return kept;
  }

  async function close(key: string, kept: Kept) {
    if (pool.get(key) === kept) pool.delete(key);
    clearTimeout(kept.idle);
    await kept.opening
      .then((sandbox) => sandbox.close())
      .catch((error: unknown) => log.warn({ err: error }, 'a sandbox did not close cleanly'));
  }

  return {
    async lend(tier, languages) {
      if (isStopped) throw new WhetstoneError('unavailable', 'the server is stopping');
      const key = [tier ?? 'default', ...languages.toSorted()].join(' ');
      const kept = pool.get(key) ?? open(key, tier, languages);
      clearTimeout(kept.idle);
      kept.users += 1;
      let isBack = false;
      const giveBack = () => {
        if (isBack) return;
        isBack = true;
        kept.users -= 1;
        if (kept.users === 0) kept.idle = setTimeout(() => void close(key, kept), idleMs).unref();
      };
      try {
        return { sandbox: await kept.opening, giveBack };
      } catch (error) {
        giveBack();
        clearTimeout(kept.idle);
        // It is the server's key that is refused, not that of the caller, who would take theirs for a wrong one.
        if (error instanceof WhetstoneError && error.code === 'unauthorized')
          throw new WhetstoneError('conflict', error.message);
        if (error instanceof WhetstoneError) throw error;
        // A machine without memory or processes to spare has some again later.
        log.warn({ err: error, tier }, 'a sandbox could not be started');
        throw new WhetstoneError('unavailable', 'the sandbox could not be started; the log of the server says why');
      }
    },

    engine: () => (tiers.size > 0 ? [...tiers].toSorted().join(', ') : untried(config)),

    async stop() {
      isStopped = true;
      await Promise.all([...pool].map(([key, kept]) => close(key, kept)));
    },
  };
}

/** Python's interpreter alone runs Python alone: one that has more goes together with another. */
const nameOf = ({ tier, languages }: Sandbox) =>
  tier === 'pyodide' && languages.some((language) => language !== 'python') ? 'pyodide and quickjs' : tier;

/** Whether jails can be made here shows when the first one is. */
const untried = ({ e2b }: Options['config']) => {
  const interpreters = 'pyodide and quickjs';
  const local = process.platform === 'linux' ? `process, or ${interpreters} without jails` : interpreters;
  return `${e2b.apiKey ? `${local}, e2b` : local}; opened by the first run`;
};
