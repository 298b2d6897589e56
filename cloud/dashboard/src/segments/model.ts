import { contract, parseInput, type Condition, type Flag, type Segment } from '@whetstone/shared/contract';
import { WhetstoneError, type FieldError } from '@whetstone/shared/errors';
import { mergeMembers, type Members, type Merge } from '../flag/model/merge.ts';

export type SegmentDocument = Pick<Segment, 'key' | 'description' | 'included' | 'excluded' | 'rules'>;

export function segmentDocument({ version: _v, createdAt: _c, updatedAt: _u, ...document }: Segment): SegmentDocument {
  return document;
}

/** What the server would refuse. */
export function segmentComplaints(document: SegmentDocument, version: number): FieldError[] {
  try {
    parseInput(contract.updateSegment.input, { ...document, version });
    return [];
  } catch (error) {
    if (error instanceof WhetstoneError) return error.errors ?? [{ path: 'body', message: error.message }];
    throw error;
  }
}

/** The flags and segments whose conditions ask about a segment, scheduled rules included. */
export function usersOf(
  key: string,
  flags: readonly Flag[],
  segments: readonly Segment[],
): { flags: string[]; segments: string[] } {
  const asks = (rules: readonly { when: readonly Condition[] }[] = []) =>
    rules.some(({ when }) => when.some(({ op, values }) => op === 'segment' && values.includes(key)));
  return {
    flags: flags
      .filter(({ rules, schedule = [] }) => asks(rules) || schedule.some(({ set }) => asks(set.rules)))
      .map((flag) => flag.key),
    segments: segments.filter(({ rules }) => asks(rules)).map((segment) => segment.key),
  };
}

const lists = ['included', 'excluded'] as const;

/** What two people made of one version: who is listed is compared one by one, the rest by field. */
export function mergeOfSegments(
  base: SegmentDocument,
  mine: SegmentDocument,
  theirs: SegmentDocument,
): Merge<SegmentDocument> {
  const { rows, rebased } = mergeMembers(membersOf(base), membersOf(mine), membersOf(theirs));
  return { rows, rebased: assembled(rebased) };
}

function membersOf({ included = [], excluded = [], ...fields }: SegmentDocument): Members {
  const listed = { included, excluded };
  return new Map<string, unknown>([
    ...Object.entries(fields).filter(([, value]) => value !== undefined),
    ...lists.flatMap((list) => listed[list].map((unit): [string, unknown] => [`${list}/${unit}`, 'listed'])),
  ]);
}

/** The cast holds since each value comes from the same place of a document. */
function assembled(members: Members): SegmentDocument {
  const fields: Record<string, unknown> = {};
  for (const [place, value] of members) {
    const list = lists.find((name) => place.startsWith(`${name}/`));
    if (list) fields[list] = [...((fields[list] as string[] | undefined) ?? []), place.slice(list.length + 1)];
    else fields[place] = value;
  }
  return fields as unknown as SegmentDocument;
}
