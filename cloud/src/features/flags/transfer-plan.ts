import type { FlagDefinition, Refusal, SegmentDefinition } from '@whetstone/shared/contract';
import { isDeepStrictEqual } from 'node:util';
import { patternsOfFlag, patternsOfSegment, patternSpending } from './pattern-states.ts';
import { brokenDependants, prerequisiteChains, referenceComplaints } from './references.ts';
import { nestingComplaints, segmentChains, type Segments } from './segment-references.ts';

/** What there is. */
interface Present {
  flags: ReadonlyMap<string, FlagDefinition>;
  archived: ReadonlySet<string>;
  segments: Segments;
}

interface Wanted {
  flags: readonly FlagDefinition[];
  segments: readonly SegmentDefinition[];
}

interface Changes<T> {
  created: T[];
  updated: T[];
  unchanged: T[];
}

export interface TransferPlan {
  flags: Changes<FlagDefinition>;
  segments: Changes<SegmentDefinition>;
  refused: Refusal[];
}

/**
 * What becomes of an import: what does not fit what there would be then is refused, and with it whatever relied on it, until
 * the rest holds together.
 */
export function planTransfer(present: Present, wanted: Wanted): TransferPlan {
  const refused: Refusal[] = [];
  let { flags, segments } = wanted;
  for (;;) {
    const then = {
      flags: new Map([...present.flags, ...flags.map((flag) => [flag.key, flag] as const)]),
      segments: new Map([...present.segments, ...segments.map((segment) => [segment.key, segment] as const)]),
    };
    const waiting = byPrerequisite(then.flags.values());
    const [nested, waited] = [segmentChains(then.segments), prerequisiteChains(then.flags)];
    // In this order, since a flag that cannot be replaced stays what the others relied on.
    const complaints =
      complaintsOf('flags', flags, (flag) => replacementComplaint(flag, present, waiting)) ??
      complaintsOf('segments', segments, (segment) => nestingComplaints(segment, then.segments, nested)[0]) ??
      complaintsOf('flags', flags, (flag) => referenceComplaints(flag, then.flags, then.segments, waited)[0]) ??
      patternComplaints(present, { flags, segments });
    if (!complaints) break;
    refused.push(...complaints.values());
    flags = flags.filter((flag) => !complaints.has(flag));
    segments = segments.filter((segment) => !complaints.has(segment));
  }
  return { flags: sorted(flags, present.flags), segments: sorted(segments, present.segments), refused };
}

/** The flags that wait for each. */
function byPrerequisite(flags: Iterable<FlagDefinition>): ReadonlyMap<string, FlagDefinition[]> {
  const waiting = new Map<string, FlagDefinition[]>();
  for (const flag of flags) {
    for (const key of new Set(flag.prerequisites?.map((each) => each.flag))) {
      const known = waiting.get(key);
      if (known) known.push(flag);
      else waiting.set(key, [flag]);
    }
  }
  return waiting;
}

/** Of those with which the patterns of the project exceed their budget; what there is already comes before what is new. */
function patternComplaints(present: Present, { flags, segments }: Wanted) {
  const spending = patternSpending();
  const [flagKeys, segmentKeys] = [keysOf(flags), keysOf(segments)];
  for (const flag of present.flags.values()) if (!flagKeys.has(flag.key)) spending.spend(patternsOfFlag(flag));
  for (const one of present.segments.values()) if (!segmentKeys.has(one.key)) spending.spend(patternsOfSegment(one));
  const ofSegments = complaintsOf('segments', knownFirst(segments, present.segments), (segment) =>
    spending.complaint(patternsOfSegment(segment), patternsOfSegment(present.segments.get(segment.key))),
  );
  if (ofSegments) return ofSegments;
  return complaintsOf('flags', knownFirst(flags, present.flags), (flag) => {
    const before = present.flags.get(flag.key);
    return spending.complaint(patternsOfFlag(flag), before ? patternsOfFlag(before) : []);
  });
}

const keysOf = (list: readonly { key: string }[]) => new Set(list.map(({ key }) => key));

const knownFirst = <T extends { key: string }>(list: readonly T[], known: ReadonlyMap<string, unknown>): T[] => [
  ...list.filter(({ key }) => known.has(key)),
  ...list.filter(({ key }) => !known.has(key)),
];

interface Complaint {
  path: string;
  message: string;
}

/** Undefined when there are none. */
function complaintsOf<T extends { key: string }>(
  kind: string,
  wanted: readonly T[],
  complaintOf: (one: T) => Complaint | undefined,
): Map<{ key: string }, Refusal> | undefined {
  const found = wanted.flatMap((one) => {
    const complaint = complaintOf(one);
    return complaint ? [[one, refusalOf(one, kind, complaint)] as const] : [];
  });
  return found.length > 0 ? new Map<{ key: string }, Refusal>(found) : undefined;
}

function replacementComplaint(
  flag: FlagDefinition,
  present: Present,
  waiting: ReadonlyMap<string, FlagDefinition[]>,
): Complaint | undefined {
  if (present.archived.has(flag.key)) return { path: '', message: 'the flag is archived here; restore it first' };
  const before = present.flags.get(flag.key);
  const gone = Object.keys(before?.variants ?? {}).filter((name) => !Object.hasOwn(flag.variants, name));
  const dependants = gone.length > 0 ? brokenDependants(flag.key, gone, waiting.get(flag.key) ?? []) : [];
  if (dependants.length === 0) return undefined;
  return { path: 'variants', message: `these flags have it as a prerequisite: ${dependants.join(', ')}` };
}

const refusalOf = ({ key }: { key: string }, kind: string, { path, message }: Complaint): Refusal => ({
  key,
  path: `$.${kind}[${JSON.stringify(key)}]${path && `.${path}`}`,
  why: message,
});

function sorted<T extends { key: string }>(wanted: readonly T[], present: ReadonlyMap<string, T>): Changes<T> {
  const changes: Changes<T> = { created: [], updated: [], unchanged: [] };
  for (const one of wanted) {
    const before = present.get(one.key);
    if (!before) changes.created.push(one);
    else changes[isDeepStrictEqual(before, one) ? 'unchanged' : 'updated'].push(one);
  }
  return changes;
}
