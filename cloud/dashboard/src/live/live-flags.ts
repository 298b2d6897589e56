import type { Flag, Output, WhetstoneContract } from '@whetstone/shared/contract';
import type { FlagMessage } from './flag-stream.ts';

type Listed = Output<WhetstoneContract['listFlags']>['items'][number];

/** What a list tells beside the flag itself; a change on the stream does not. */
type Remarks = Omit<Listed, keyof Flag>;

/** A flag, and what is known of its use; that is missing for what came after the list was read. */
export type ListedFlag = Flag & Partial<Remarks>;

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

/** Nothing held is lost to a flag that comes without remarks. */
function withRemarksOf(held: ListedFlag | undefined, flag: Flag): ListedFlag {
  const { lastEvaluatedAt, staleReasons } = (held ?? {}) as { lastEvaluatedAt?: unknown; staleReasons?: unknown };
  return { ...flag, ...(lastEvaluatedAt !== undefined && { lastEvaluatedAt, staleReasons }) } as ListedFlag;
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
