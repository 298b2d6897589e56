import type { FlagDefinition } from '../contract/flag-document.ts';
import type { Remark } from './finding.ts';
import { conditionsOf } from './parts.ts';

/** What the names in one flag can mean. */
export interface Surroundings {
  /** By key, all that can be read but the archived ones. */
  flags: ReadonlyMap<string, FlagDefinition>;
  /** Keys of flags that are there and cannot be read: nothing is said of their variants. */
  unreadable: ReadonlySet<string>;
  archived: ReadonlySet<string>;
  /** Those of `flags` whose prerequisites go round, or lead to some that do. */
  endless: ReadonlySet<string>;
  /** Absent when no segments came with the flags. */
  segments: ReadonlySet<string> | undefined;
}

export const referenceRemarks = (flag: FlagDefinition, around: Surroundings): Remark[] => [
  ...(flag.prerequisites ?? []).flatMap((_, i) => prerequisiteRemarks(flag, i, around)),
  ...conditionsOf(flag).flatMap(({ part, path }) =>
    part.op === 'segment'
      ? part.values.flatMap((value, i) => segmentRemarks(String(value), [...path, 'values', i], around))
      : [],
  ),
];

function prerequisiteRemarks(
  flag: FlagDefinition,
  i: number,
  { flags, unreadable, archived, endless }: Surroundings,
): Remark[] {
  const { flag: key, variants } = flag.prerequisites![i]!;
  const at = (...more: PropertyKey[]) => ['prerequisites', i, ...more];
  const error = (rule: Remark['rule'], path: PropertyKey[], message: string, fix: string): Remark => ({
    rule,
    severity: 'error',
    path,
    message,
    fix,
  });
  if (archived.has(key) && !flags.has(key)) {
    const fix = 'Restore that flag, or remove the prerequisite: it is never met, so that this flag is off.';
    return [error('archived-prerequisite', at('flag'), `the flag "${key}" is archived`, fix)];
  }
  const required = flags.get(key);
  if (!required) {
    if (unreadable.has(key)) return [];
    const fix = 'Correct the key, add the flag, or remove the prerequisite: it is never met, so that this flag is off.';
    return [error('unknown-prerequisite', at('flag'), `no flag is called "${key}"`, fix)];
  }
  const cycle = endless.has(flag.key) ? pathBack(key, flag.key, flags) : undefined;
  if (cycle) {
    const message = `goes round: ${[flag.key, ...cycle].join(' -> ')}`;
    return [error('prerequisite-cycle', at('flag'), message, 'Remove one of these prerequisites: none is ever met.')];
  }
  return variants.flatMap((variant, j) =>
    Object.hasOwn(required.variants, variant)
      ? []
      : [
          error(
            'unknown-prerequisite',
            at('variants', j),
            `"${key}" has no variant "${variant}"`,
            `Name one of ${Object.keys(required.variants).join(', ')}.`,
          ),
        ],
  );
}

function segmentRemarks(key: string, path: PropertyKey[], { segments }: Surroundings): Remark[] {
  if (segments?.has(key)) return [];
  if (segments) {
    const fix = 'Correct the key or make the segment: the condition never holds.';
    return [{ rule: 'unknown-segment', severity: 'error', path, message: `no segment is called "${key}"`, fix }];
  }
  const message = `the segment "${key}" is not among what was looked at`;
  const fix = 'Look at a document with "segments", or at the server.';
  return [{ rule: 'unknown-segment', severity: 'warning', path, message, fix }];
}

/** A chain of prerequisites from one flag to another, both named. Each flag is entered once, however many lead to it. */
function pathBack(from: string, to: string, flags: Surroundings['flags']): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const key of cameFrom.keys()) {
    if (key === to) {
      const path: string[] = [];
      for (let at: string | undefined = key; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
      return path;
    }
    for (const { flag } of flags.get(key)?.prerequisites ?? []) if (!cameFrom.has(flag)) cameFrom.set(flag, key);
  }
  return undefined;
}
