import type { Logger } from 'pino';

/** Does a task again and again, never twice at once; sooner when woken. A failure ends nothing. */
export function repeatedly(task: () => Promise<void>, everyMs: number, onError: (error: unknown) => void) {
  let stopped = false;
  let isWanted = true;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> | undefined;

  async function run() {
    while (isWanted && !stopped) {
      isWanted = false;
      await task().catch(onError);
    }
    turn = undefined;
    if (!stopped) timer = setTimeout(wake, everyMs);
  }
  function wake() {
    isWanted = true;
    if (turn || stopped) return;
    clearTimeout(timer);
    turn = run();
  }
  wake();

  return {
    wake,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}

/** An outage is one line, not one per attempt. */
export function complainOnce(log: Pick<Logger, 'warn'>, sentence: string) {
  let quietUntilMs = -Infinity;
  return (error: unknown) => {
    if (performance.now() < quietUntilMs) return;
    quietUntilMs = performance.now() + 30_000;
    log.warn({ err: error }, sentence);
  };
}
