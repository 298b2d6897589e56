import { sharedReaders, type ReaderOf } from './attributes.ts';
import { compileFlag, type CompiledFlag, type ReadableFlag, type UnreadableFlag } from './compile.ts';
import { compileSegment } from './compile-segment.ts';
import { compileOff } from './compile-serve.ts';
import { endlessAmong } from './endless.ts';
import { mostRulesetStates } from './pattern-budget.ts';
import { isRecord, Unreadable, type Json } from './reading.ts';
import type { CompiledSegment } from './segment-membership.ts';
import { fewFlags, sharing, type Share } from './sharing.ts';

export interface CompiledRuleset {
  readonly revision: number;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** Looked up when a condition asks, so that a change of one compiles no flag again. */
  readonly segments: ReadonlyMap<string, CompiledSegment>;
  /** Key (or place in the list) of a flag -> what could not be read. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Flags whose prerequisites run in a circle, or too deep to follow: as a prerequisite they are never met. */
  readonly endless: ReadonlySet<string>;
  /** Segments that lead to themselves, or too deep to follow: nobody is known to be in or out of them. */
  readonly endlessSegments: ReadonlySet<string>;
}

/**
 * Compiles what `GET /api/flags/ruleset` answers; `undefined` when it is no ruleset. Never throws, since the document
 * may come from a newer server or an old disk: a flag that cannot be read is off by itself, all others work.
 * What `previous` has already compiled in the same version is taken over.
 */
export function compileRuleset(document: unknown, previous?: CompiledRuleset): CompiledRuleset | undefined {
  if (!isRecord(document) || !isInteger(document['revision']) || !Array.isArray(document['flags'])) return undefined;
  const { revision, segments: groups = [] } = document;
  if (!Array.isArray(groups)) return undefined;
  const readerOf = sharedReaders();
  const share = document['flags'].length > fewFlags ? sharing() : undefined;
  const unreadable = new Map<string, string>();
  const { segments, broken, states } = compileSegments(groups, readerOf, previous);
  const flags = new Map<string, CompiledFlag>();
  let spent = states;
  for (const [i, json] of document['flags'].entries()) {
    const key = isRecord(json) && typeof json['key'] === 'string' ? json['key'] : undefined;
    if (!isRecord(json) || key === undefined) {
      unreadable.set(`flags[${i}]`, 'key: expected text');
      continue;
    }
    const flag = compiledBefore(json, previous?.flags.get(key)) ?? compileInto(unreadable, key, json, readerOf, share);
    if (!flag) continue;
    flags.set(key, flag);
    if (flag.kind === 'unreadable') continue;
    spent += flag.patternStates;
    const why = complaintOf(flag, broken, spent);
    if (why === undefined) continue;
    spent -= flag.patternStates;
    unreadable.set(key, why);
    flags.set(key, { kind: 'unreadable', key, version: flag.version, off: flag.off, why });
  }
  const endless = endlessAmong(flags, (flag) =>
    flag.kind === 'readable' && flag.prerequisites.length > 0 ? flag.prerequisites.map((one) => one.flag) : none,
  );
  const endlessSegments = endlessAmong(segments, (segment) => segment.segments);
  return { revision, flags, segments, unreadable, endless, endlessSegments } as CompiledRuleset;
}

/** What a flag lacks in the ruleset around it. */
function complaintOf(flag: ReadableFlag, broken: ReadonlyMap<string, string>, states: number): string | undefined {
  if (flag.patternStates > 0 && states > mostRulesetStates)
    return `with this flag all patterns take ${states} states, the budget of a ruleset is ${mostRulesetStates}`;
  const key = broken.size > 0 ? flag.segments.find((one) => broken.has(one)) : undefined;
  return key === undefined ? undefined : `segment "${key}": ${broken.get(key)}`;
}

/** `broken`: segments that cannot be read or ask about one that cannot be, and why. Flags that ask about them are off. */
function compileSegments(groups: readonly unknown[], readerOf: ReaderOf, previous: CompiledRuleset | undefined) {
  const segments = new Map<string, CompiledSegment>();
  const broken = new Map<string, string>();
  let states = 0;
  for (const json of groups) {
    if (!isRecord(json) || typeof json['key'] !== 'string') continue;
    const { key } = json as { key: string };
    try {
      const segment = compiledBefore(json, previous?.segments.get(key)) ?? compileSegment(json, readerOf);
      states += segment.patternStates;
      if (segment.patternStates > 0 && states > mostRulesetStates) throw new Unreadable('too many patterns before it');
      segments.set(key, segment);
    } catch (error) {
      broken.set(key, unreadableBy(error));
    }
  }
  for (let size = -1; size < broken.size && broken.size > 0;) {
    size = broken.size;
    for (const [key, { segments: asked }] of segments) {
      const why = asked.find((one) => broken.has(one));
      if (why === undefined || broken.has(key)) continue;
      broken.set(key, `segment "${why}": ${broken.get(why)}`);
    }
  }
  return { segments, broken, states };
}

function compileInto(
  unreadable: Map<string, string>,
  key: string,
  json: Json,
  readerOf: ReaderOf,
  share: Share | undefined,
): CompiledFlag | undefined {
  try {
    return compileFlag(json, readerOf, share);
  } catch (error) {
    const why = unreadableBy(error);
    unreadable.set(key, why);
    return offAlone(json, key, why);
  }
}

function offAlone(json: Json, key: string, why: string): UnreadableFlag | undefined {
  try {
    const version = isInteger(json['version']) ? json['version'] : 0;
    return { kind: 'unreadable', key, version, off: compileOff(json), why };
  } catch (error) {
    unreadableBy(error);
    return undefined;
  }
}

function unreadableBy(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  throw error;
}

/** What was compiled of the same version, if it could be. */
function compiledBefore<T extends { version: number; createdAt?: string; kind?: string }>(
  json: Json,
  before: T | undefined,
): T | undefined {
  if (!before || before.kind === 'unreadable') return undefined;
  return before.version === json['version'] && before.createdAt === json['createdAt'] ? before : undefined;
}

const none: readonly never[] = [];

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
