import { contract, parseInput, type Condition, type Flag, type Segment } from '@whetstone/shared/contract';
import { WhetstoneError, type FieldError } from '@whetstone/shared/errors';

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
