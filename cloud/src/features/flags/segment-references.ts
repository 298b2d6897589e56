import type { FlagDefinition, SegmentDefinition } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { conditionsOfFlag, conditionsOfSegment, type PlacedCondition } from './conditions.ts';
import { chains, type Chains } from './graph.ts';

export type Segments = ReadonlyMap<string, SegmentDefinition>;

/** How many segments may stand one in the rules of the other. */
const maxSegmentDepth = 64;

/** A segment that a document names, and where. */
interface Mention {
  path: string;
  key: string;
}

/** Names of segments in a flag's rules, now and as scheduled, that no segment has. */
export const segmentComplaints = (flag: FlagDefinition, segments: Segments): FieldError[] =>
  mentionsOfFlag(flag).flatMap((mention) => unknown(mention, segments));

export const segmentChains = (segments: Segments): Chains =>
  chains((key) => mentionsOfSegment(segments.get(key)).map((mention) => mention.key));

/** The same in the rules of a segment; and it must not lead back to itself. `all`: segments as they would be, it among them. */
export function nestingComplaints(
  segment: SegmentDefinition,
  all: Segments,
  { depth, path: pathBetween }: Chains = segmentChains(all),
): FieldError[] {
  return mentionsOfSegment(segment).flatMap((mention): FieldError[] => {
    const { path, key } = mention;
    if (!all.has(key)) return unknown(mention, all);
    const length = depth(key);
    const cycle = length === Infinity ? pathBetween(key, segment.key) : undefined;
    if (cycle) return [{ path, message: `goes round: ${[segment.key, ...cycle].join(' -> ')}` }];
    if (length >= maxSegmentDepth && length < Infinity)
      return [{ path, message: `the chain behind it is longer than ${maxSegmentDepth} segments` }];
    return [];
  });
}

/** Who names a segment: keys of flags and of segments. */
export const usersOf = (key: string, flags: Iterable<FlagDefinition>, segments: Iterable<SegmentDefinition>) => ({
  flags: [...flags].filter((flag) => names(mentionsOfFlag(flag), key)).map((flag) => flag.key),
  segments: [...segments].filter((segment) => names(mentionsOfSegment(segment), key)).map((segment) => segment.key),
});

/** These segments and all that name one of them in their rules, and so on. */
export function segmentsAround(keys: Iterable<string>, segments: Segments): ReadonlySet<string> {
  const around = new Set(keys);
  // One that is added while going through the set is gone through as well.
  for (const key of around) for (const user of usersOf(key, [], segments.values()).segments) around.add(user);
  return around;
}

/** Whether a flag names one of these segments. */
export const namesOneOf = (flag: FlagDefinition, keys: ReadonlySet<string>) =>
  mentionsOfFlag(flag).some((mention) => keys.has(mention.key));

/** Whether a flag names any segment, so that they must be looked up. */
export const namesSegments = (flag: FlagDefinition) => mentionsOfFlag(flag).length > 0;

const mentionsOfFlag = (flag: FlagDefinition): Mention[] => conditionsOfFlag(flag).flatMap(mentionsIn);

const mentionsOfSegment = (segment: SegmentDefinition | undefined): Mention[] =>
  conditionsOfSegment(segment).flatMap(mentionsIn);

const mentionsIn = ({ path, condition: { op, values } }: PlacedCondition): Mention[] =>
  op === 'segment' ? values.map((value, i) => ({ path: `${path}.${i}`, key: String(value) })) : [];

const unknown = ({ path, key }: Mention, segments: Segments): FieldError[] =>
  segments.has(key) ? [] : [{ path, message: `no segment is called "${key}"` }];

const names = (mentions: Mention[], key: string) => mentions.some((mention) => mention.key === key);
