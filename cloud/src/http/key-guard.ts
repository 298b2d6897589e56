import { WhetstoneError } from '@whetstone/shared/errors';

interface Options<T> {
  /** Throws, or rejects, when the key that opened the connection would not open it any more. */
  isStillAllowed: () => void | Promise<void>;
  pass: (each: T) => void;
  /** What was held has passed. */
  onClear: () => void;
  onRefused: () => void;
}

export interface KeyGuard<T> {
  send(each: T): void;
  isHolding(): boolean;
  stop(): void;
}

const checkedEveryMs = 250;

/**
 * Stands between what is to be sent on a connection that stays open and the connection: nothing is sent to a key of which
 * it is not known that it still may, and the key is looked at also while there is nothing to send.
 */
export function keyGuard<T>({ isStillAllowed, pass, onClear, onRefused }: Options<T>): KeyGuard<T> {
  /** What waits until the key was looked at again. */
  let held: T[] = [];
  let isOver = false;

  function stop() {
    isOver = true;
    clearInterval(checking);
  }

  function refuse() {
    if (isOver) return;
    stop();
    onRefused();
  }

  /** A database that does not answer is no verdict on the key. */
  const onRefusal = (error: unknown) => {
    if (!(error instanceof WhetstoneError) || error.code !== 'unavailable') refuse();
  };

  const checking = setInterval(() => {
    try {
      const checked = isStillAllowed();
      if (checked instanceof Promise) checked.catch(onRefusal);
    } catch (error) {
      onRefusal(error);
    }
  }, checkedEveryMs).unref();

  function letGo() {
    const waiting = held;
    held = [];
    for (const each of waiting) if (!isOver) pass(each);
    if (!isOver) onClear();
  }

  return {
    send(each) {
      if (isOver) return;
      if (held.length > 0) return void held.push(each);
      try {
        const checked = isStillAllowed();
        if (!(checked instanceof Promise)) return pass(each);
        held.push(each);
        checked.then(letGo, refuse);
      } catch {
        refuse();
      }
    },
    isHolding: () => held.length > 0,
    stop,
  };
}
