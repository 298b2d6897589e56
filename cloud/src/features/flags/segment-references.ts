import type { Condition, FlagDefinition, Rule, SegmentDefinition } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { depthOf, pathBetween } from './graph.ts';

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

/** The same in the rules of a segment; and it must not lead back to itself. */
export function nestingComplaints(segment: SegmentDefinition, others: Segments): FieldError[] {
  const all = new Map(others).set(segment.key, segment);
  const next = (key: string) => mentionsOfSegment(all.get(key)).map((mention) => mention.key);
  return mentionsOfSegment(segment).flatMap((mention): FieldError[] => {
    const { path, key } = mention;
    const cycle = pathBetween(key, segment.key, next);
    if (cycle) return [{ path, message: `goes round: ${[segment.key, ...cycle].join(' -> ')}` }];
    if (all.has(key) && depthOf(key, next) >= maxSegmentDepth)
      return [{ path, message: `the chain behind it is longer than ${maxSegmentDepth} segments` }];
    return unknown(mention, all);
  });
}

/** Who names a segment: keys of flags and of segments. */
export const usersOf = (key: string, flags: Iterable<FlagDefinition>, segments: Iterable<SegmentDefinition>) => ({
  flags: [...flags].filter((flag) => names(mentionsOfFlag(flag), key)).map((flag) => flag.key),
  segments: [...segments].filter((segment) => names(mentionsOfSegment(segment), key)).map((segment) => segment.key),
});

/** Whether a flag names any segment, so that they must be looked up. */
export const namesSegments = (flag: FlagDefinition) => mentionsOfFlag(flag).length > 0;

function mentionsOfFlag({ rules, schedule = [] }: FlagDefinition): Mention[] {
  const inRules = (list: Rule[], path: string) =>
    list.flatMap(({ when }, i) => inConditions(when, `${path}.${i}.when`));
  return [
    ...inRules(rules, 'rules'),
    ...schedule.flatMap(({ set }, i) => inRules(set.rules ?? [], `schedule.${i}.set.rules`)),
  ];
}

const mentionsOfSegment = (segment: SegmentDefinition | undefined): Mention[] =>
  segment?.rules?.flatMap(({ when }, i) => inConditions(when, `rules.${i}.when`)) ?? [];

const inConditions = (when: Condition[], path: string): Mention[] =>
  when.flatMap(({ op, values }, i) =>
    op === 'segment' ? values.map((value, j) => ({ path: `${path}.${i}.values.${j}`, key: String(value) })) : [],
  );

const unknown = ({ path, key }: Mention, segments: Segments): FieldError[] =>
  segments.has(key) ? [] : [{ path, message: `no segment is called "${key}"` }];

const names = (mentions: Mention[], key: string) => mentions.some((mention) => mention.key === key);
