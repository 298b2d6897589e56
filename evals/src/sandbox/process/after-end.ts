import type { ChildProcess } from 'node:child_process';

const LAST_WORDS_MS = 2_000;

/**
 * When it has ended and said its last. A maker of jails that is killed in the wrong moment leaves a process of its own behind
 * that holds our pipes open for ever: they are closed from our side then.
 */
export function afterEnd(child: ChildProcess, then: (end: string) => void) {
  child.once('close', (code, signal) => then(String(signal ?? code)));
  child.once('exit', (code, signal) =>
    setTimeout(() => {
      for (const stream of child.stdio) stream?.destroy();
      then(String(signal ?? code));
    }, LAST_WORDS_MS).unref(),
  );
}
