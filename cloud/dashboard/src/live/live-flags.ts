import type { Flag } from '@whetstone/shared/contract';

/** What the stream tells. */
export type FlagMessage =
  | { kind: 'ruleset'; flags: Flag[] }
  | { kind: 'flag'; flag: Flag }
  | { kind: 'archived'; key: string }
  /** Anything else that happened in the project, such as a change of a segment. */
  | { kind: 'other'; event: string; data: unknown };

/** What a list tells of a flag's use and the stream does not; missing for what came after the list was read. */
interface Remarks {
  lastEvaluatedAt?: string | null;
  staleReasons?: readonly { text: string }[];
}

export type ListedFlag = Flag & Remarks;

/** All but the archived ones, by key. */
export type LiveFlags = ReadonlyMap<string, ListedFlag>;

/** The flags after a message; the same map when it changes none. */
export function afterMessage(flags: LiveFlags, message: FlagMessage): LiveFlags {
  switch (message.kind) {
    case 'ruleset':
      return new Map(message.flags.map((flag) => [flag.key, withRemarksOf(flags.get(flag.key), flag)]));
    case 'flag':
      return new Map(flags).set(message.flag.key, withRemarksOf(flags.get(message.flag.key), message.flag));
    case 'archived': {
      const rest = new Map(flags);
      return rest.delete(message.key) ? rest : flags;
    }
    case 'other':
      return flags;
  }
}

/** Nothing that is known of its use is lost to a flag that comes without. */
function withRemarksOf(held: ListedFlag | undefined, flag: Flag): ListedFlag {
  if (held?.lastEvaluatedAt === undefined) return flag;
  const { lastEvaluatedAt, staleReasons = [] } = held;
  return { ...flag, lastEvaluatedAt, staleReasons };
}

/** With what a list told, unless the stream has told something later meanwhile. */
export function withListed(flags: LiveFlags, listed: ListedFlag[]): LiveFlags {
  const merged = new Map(flags);
  for (const flag of listed) {
    const held = flags.get(flag.key);
    merged.set(flag.key, held && held.version > flag.version ? { ...flag, ...held } : flag);
  }
  return merged;
}

/** What a later list tells of the use of the flags there are, and nothing else; flags that it says nothing new of stay the same. */
export function withRemarks(flags: LiveFlags, listed: readonly ListedFlag[]): LiveFlags {
  const fresh = listed.flatMap(({ key, lastEvaluatedAt, staleReasons }): [string, ListedFlag][] => {
    const held = flags.get(key);
    if (!held || lastEvaluatedAt === undefined) return [];
    const isKnown = held.lastEvaluatedAt === lastEvaluatedAt && wordsOf(held.staleReasons) === wordsOf(staleReasons);
    return isKnown ? [] : [[key, { ...held, lastEvaluatedAt, staleReasons: staleReasons ?? [] }]];
  });
  return fresh.length === 0 ? flags : new Map([...flags, ...fresh]);
}

const wordsOf = (reasons: Remarks['staleReasons'] = []) => reasons.map(({ text }) => text).join('\n');
