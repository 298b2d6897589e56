import type { feedbackPatterns, Handlers } from '@whetstone/shared/contract';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { JobDefinition } from '../../../platform/queue/job.ts';
import { learnJobs, type LearnDoors, type LearnJobs } from './jobs.ts';
import { patternService } from './serve/service.ts';
import { treeParser } from './trees.ts';
import type { Parse } from './detect/syntax.ts';

export interface LearnDependencies extends Omit<LearnDoors, 'parse' | 'steadyMs'> {
  /** The reader's. */
  syntax: Parse;
  /** Rules of guidance that rest on a pattern. */
  rulesOn: (tx: ProjectTx, patternId: string) => Promise<{ guidanceVersion: string; ruleId: string }[]>;
}

export interface LearnPart extends Pick<LearnJobs, 'onCaptured' | 'onReviewed' | 'onForgotten'> {
  handlers: Handlers<typeof feedbackPatterns, Ctx>;
  jobs: JobDefinition[];
}

/** What was captured is read, counted and told as patterns. */
export function learnPart({ rulesOn, syntax, ...doors }: LearnDependencies): LearnPart {
  const parse = treeParser(syntax);
  const { jobs, ...hooks } = learnJobs({ ...doors, parse, steadyMs: () => performance.now() });
  return { handlers: patternService({ compare: doors.compare, parse, rulesOn }), jobs, ...hooks };
}
