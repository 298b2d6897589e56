import { mayActAs, type EvalSettings } from '@whetstone/shared/contract';
import type { RunRow } from '../runs/repository.ts';

/**
 * Whether a flag may be changed for what a run shows. Agents change no flags; with recorded answers a run shows whatever its
 * starter likes, so that it must not change one for them either.
 */
export const isTrusted = (
  { startedRole }: Pick<RunRow, 'startedRole'>,
  { agentRuns }: Pick<EvalSettings, 'agentRuns'>,
): boolean => agentRuns === 'trusted' || startedRole === null || mayActAs(startedRole, 'editor');
