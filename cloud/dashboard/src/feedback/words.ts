import type { FeedbackItem, GateResult, Guidance, Triage } from '@whetstone/shared/contract';
import type { Look } from '../evals/look.ts';

export const statusLooks: Record<FeedbackItem['status'], Look> = {
  pending: { sign: '○', word: 'pending', class: 'text-muted' },
  accepted: { sign: '✓', word: 'accepted', class: 'text-good' },
  rejected: { sign: '✕', word: 'rejected', class: 'text-bad' },
};

export const triageMeanings: Record<Triage, string> = {
  cosmetic: 'Form alone: nothing is learned from it',
  wording: 'Words of comments and texts: nothing is learned from it',
  rename: 'Another name; learned from once it repeats',
  deletion: 'Something was taken out',
  behaviour: 'The program does something else',
  evolution: 'The work going on, not a mistake: nothing is learned from it',
  unknown: 'It could not be read: nothing is learned from it',
};

/** What a correction is about, in a word. */
export const triageText = (triage: Triage | null) => triage ?? 'not read yet';

export const kindTexts: Record<FeedbackItem['kind'], string> = {
  edit: 'edited',
  reject: 'rejected before or after writing',
  manual_fix: 'fixed by hand',
  kept: 'kept as it was',
};

export const guidanceLooks: Record<Guidance['status'], Look> = {
  draft: { sign: '○', word: 'draft', class: 'text-muted' },
  testing: { sign: '◐', word: 'testing', class: 'text-accent' },
  accepted: { sign: '✓', word: 'accepted', class: 'text-good' },
  released: { sign: '●', word: 'released', class: 'text-good' },
  refused: { sign: '✕', word: 'refused', class: 'text-bad' },
  inconclusive: { sign: '?', word: 'inconclusive', class: 'text-warn' },
  rolled_back: { sign: '↶', word: 'rolled back', class: 'text-bad' },
  retired: { sign: '–', word: 'retired', class: 'text-muted' },
};

export const decisionLooks: Record<GateResult['decision'], Look> = {
  pending: { sign: '◐', word: 'running', class: 'text-accent' },
  accepted: { sign: '✓', word: 'accepted', class: 'text-good' },
  refused: { sign: '✕', word: 'refused', class: 'text-bad' },
  inconclusive: { sign: '?', word: 'inconclusive', class: 'text-warn' },
  failed: { sign: '!', word: 'failed', class: 'text-bad' },
};

export const failureText = (failure: string) => failure.replaceAll('_', ' ');
