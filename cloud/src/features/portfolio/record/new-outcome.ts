import type { OutcomeRecord } from '@whetstone/shared/contract';

/** What a slice may say of an attempt; the members and their units are those of `POST /api/portfolio/record`. */
export type NewOutcome = Omit<OutcomeRecord, 'success' | 'outcome' | 'taskType' | 'timeMs'> & {
  taskType?: OutcomeRecord['taskType'] | undefined;
  timeMs?: OutcomeRecord['timeMs'] | undefined;
  /** How it came: told by the two operations of agents, or found by a run of evals. */
  source: 'portfolio' | 'eval' | 'run';
  outcome: NonNullable<OutcomeRecord['outcome']>;
  /** Of what it was told with: then that is the record, and this one belongs to it alone. */
  submissionId?: string;
};

/** What became of one that was to be stored. */
export type Stored =
  | { status: 'recorded' | 'known'; id: string }
  /** The id is that of what stands in its way. */
  | { status: 'refused'; id: string; message: string };
