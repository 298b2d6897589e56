import { compileFlag, type CompiledFlag, type ReadableFlag } from './compile.ts';
import { compileVariants } from './compile-serve.ts';
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
  for (const [i, json] of document['flags'].entries()) {
    const key = isRecord(json) && typeof json['key'] === 'string' ? json['key'] : undefined;
    if (!isRecord(json) || key === undefined) unreadable.set(`flags[${i}]`, 'key: expected text');
    else compileInto(flags, unreadable, key, json, previous?.flags.get(key));
  }
  return { revision: document['revision'], flags, unreadable, endless: findEndless(flags) };
}

function compileInto(
  flags: Map<string, CompiledFlag>,
  unreadable: Map<string, string>,
  key: string,
  json: Json,
  before: CompiledFlag | undefined,
): void {
  const why = complaintOf(() => flags.set(key, isUnchanged(json, before) ? before : compileFlag(json)));
  if (why === undefined) return;
  unreadable.set(key, why);
  const version = isInteger(json['version']) ? json['version'] : 0;
  complaintOf(() => {
    const { off } = compileVariants({ ...json, salt: key });
    flags.set(key, { kind: 'unreadable', key, version, off, why });
  });
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

const deepest = 64;

/** Peels off the flags whose prerequisites all end, one level at a time. */
function findEndless(flags: ReadonlyMap<string, CompiledFlag>): Set<string> {
  let waiting = new Map([...flags].filter(([, flag]) => prerequisitesOf(flag).length > 0));
  for (let level = 0; level < deepest && waiting.size > 0; level++) {
    const before = waiting;
    waiting = new Map(
      [...before].filter(([, flag]) => prerequisitesOf(flag).some((needed) => before.has(needed.flag))),
    );
  }
  return new Set(waiting.keys());
}

const prerequisitesOf = (flag: CompiledFlag) => (flag.kind === 'readable' ? flag.prerequisites : []);

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
