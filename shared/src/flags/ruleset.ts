import { sharedReaders, type ReaderOf } from './attributes.ts';
import { compileFlag, type CompiledFlag, type ReadableFlag } from './compile.ts';
import { compileOff } from './compile-serve.ts';
import { isRecord, Unreadable, type Json } from './reading.ts';

export interface CompiledRuleset {
  readonly revision: number;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** Key (or place in the list) -> what could not be read. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Flags whose prerequisites run in a circle, or too deep to follow: as a prerequisite they are never met. */
  readonly endless: ReadonlySet<string>;
}

/**
 * Compiles what `GET /api/flags/ruleset` answers; `undefined` when it is no ruleset. Never throws, since the document
 * may come from a newer server or an old disk: a flag that cannot be read is off by itself, all others work.
 * What `previous` has already compiled in the same version is taken over.
 */
export function compileRuleset(document: unknown, previous?: CompiledRuleset): CompiledRuleset | undefined {
  if (!isRecord(document) || !isInteger(document['revision']) || !Array.isArray(document['flags'])) return undefined;
  const flags = new Map<string, CompiledFlag>();
  const unreadable = new Map<string, string>();
  const readerOf = sharedReaders();
  for (const [i, json] of document['flags'].entries()) {
    const key = isRecord(json) && typeof json['key'] === 'string' ? json['key'] : undefined;
    if (!isRecord(json) || key === undefined) unreadable.set(`flags[${i}]`, 'key: expected text');
    else {
      const before = previous?.flags.get(key);
      if (isUnchanged(json, before)) flags.set(key, before);
      else compileInto(flags, unreadable, key, json, readerOf);
    }
  }
  return { revision: document['revision'], flags, unreadable, endless: findEndless(flags) };
}

function compileInto(
  flags: Map<string, CompiledFlag>,
  unreadable: Map<string, string>,
  key: string,
  json: Json,
  readerOf: ReaderOf,
): void {
  const why = complaintOf(() => flags.set(key, compileFlag(json, readerOf)));
  if (why === undefined) return;
  unreadable.set(key, why);
  const version = isInteger(json['version']) ? json['version'] : 0;
  complaintOf(() => flags.set(key, { kind: 'unreadable', key, version, off: compileOff(json), why }));
}

function isUnchanged(json: Json, before: CompiledFlag | undefined): before is ReadableFlag {
  return before?.kind === 'readable' && before.version === json['version'] && before.createdAt === json['createdAt'];
}

function complaintOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}

/** How many flags may follow, one the prerequisite of the other, below a flag that is itself a prerequisite. */
export const maxPrerequisiteDepth = 64;

/** Peels off the flags whose prerequisites all end, one level at a time. */
function findEndless(flags: ReadonlyMap<string, CompiledFlag>): Set<string> {
  let waiting = new Map<string, CompiledFlag>();
  for (const flag of flags.values()) if (prerequisitesOf(flag).length > 0) waiting.set(flag.key, flag);
  for (let level = 0; level < maxPrerequisiteDepth && waiting.size > 0; level++) {
    const before = waiting;
    waiting = new Map(
      [...before].filter(([, flag]) => prerequisitesOf(flag).some((needed) => before.has(needed.flag))),
    );
  }
  return new Set(waiting.keys());
}

const prerequisitesOf = (flag: CompiledFlag) => (flag.kind === 'readable' ? flag.prerequisites : []);

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
