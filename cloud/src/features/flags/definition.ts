import type { Flag, FlagDefinition } from '@whetstone/shared/contract';

/** A definition is what a person wrote: all but what the server sets. */
export function definitionOf<T extends FlagDefinition>(flag: T): FlagDefinition {
  const {
    version: _1,
    createdAt: _2,
    updatedAt: _3,
    archivedAt: _4,
    lastEvaluatedAt: _5,
    staleReasons: _6,
    ...definition
  } = flag as T & Record<string, unknown>;
  return definition;
}

/** What a diff is about: version and times change with every write. */
export const changeable = (flag: Flag) => ({
  ...definitionOf(flag),
  ...(flag.archivedAt !== undefined && { archivedAt: flag.archivedAt }),
});
