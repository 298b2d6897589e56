import type { Clock } from './clock.ts';

/** What is not as it was; what is said of the state of things may have changed with it. */
export interface FlagChanges {
  /** Keys of flags that came, went or changed. */
  keys: readonly string[];
  /** Whether some came or went. */
  isListChanged: boolean;
}

export interface RulesetWatch {
  isWatched(): boolean;
  note(changes: FlagChanges): void;
  /** Answers how to stop being told. */
  watch(tell: (changes: FlagChanges) => void): () => void;
  close(): void;
}

/** A burst of changes is told of as one; far below the second in which a change must arrive. */
const gatherMs = 100;

export function rulesetWatch(clock: Clock): RulesetWatch {
  const watchers = new Set<(changes: FlagChanges) => void>();
  let gathered: { keys: Set<string>; isListChanged: boolean } | undefined;
  let cancel = () => {};

  function tell() {
    const { keys, isListChanged } = gathered!;
    gathered = undefined;
    for (const watcher of watchers) watcher({ keys: [...keys], isListChanged });
  }

  return {
    isWatched: () => watchers.size > 0,
    note({ keys, isListChanged }) {
      if (watchers.size === 0) return;
      if (!gathered) cancel = clock.after(gatherMs, tell);
      gathered ??= { keys: new Set(), isListChanged: false };
      for (const key of keys) gathered.keys.add(key);
      gathered.isListChanged ||= isListChanged;
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    close() {
      cancel();
      watchers.clear();
    },
  };
}
