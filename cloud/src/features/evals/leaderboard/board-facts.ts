import type { Leaderboard, Parsed, leaderboard } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { BoardLine } from './board.ts';

export type AskedBoard = Parsed<(typeof leaderboard)['getLeaderboard']>;

/** What a board will show, found out by light reads alone. */
export interface BoardFacts extends Pick<Leaderboard, 'datasetSha256' | 'problemCount' | 'taskTypes' | 'leftOut'> {
  /** Changes with everything that the lines say. */
  stamp: unknown;
  clusterOfProblem: readonly unknown[] | undefined;
  lines(tx: ProjectTx): Promise<BoardLine[]>;
}

/** A board of more says how many it leaves out; each pair of subjects is a test. */
export const mostSubjects = 200;
