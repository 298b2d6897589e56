import type { EvalRun } from '@whetstone/shared/contract';

/** Whether there is more to come of a run. */
export const isGoing = ({ status }: Pick<EvalRun, 'status'>) => status === 'queued' || status === 'running';
