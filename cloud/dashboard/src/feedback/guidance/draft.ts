import type { contract, Guidance, GuidanceRule, Input, Output } from '@whetstone/shared/contract';
import { guidanceText, tokensOf } from '@whetstone/shared/feedback';

type Written = Input<(typeof contract)['createGuidance']>;
export type Proposed = Output<(typeof contract)['draftGuidance']>['rules'][number];

/** A rule as it is being written. */
export interface RuleDraft {
  /** Tells rules apart while their texts change. */
  key: number;
  /** Of the rule of the parent that it keeps or replaces. */
  id?: string;
  text: string;
  /** With commas between them; empty: all. */
  taskTypes: string;
  languages: string;
  patternId?: string;
  feedbackIds: readonly string[];
  expiresInDays: number | undefined;
}

export interface Draft {
  title: string;
  rules: readonly RuleDraft[];
  tokenBudget: number | undefined;
}

export const usualBudget = 600;
const usualDays = 90;
const dayMs = 86_400_000;

export const noDraft: Draft = { title: '', rules: [], tokenBudget: usualBudget };

const nextKey = ({ rules }: Draft) => Math.max(0, ...rules.map(({ key }) => key)) + 1;

const withRule = (draft: Draft, rule: Omit<RuleDraft, 'key'>): Draft => ({
  ...draft,
  rules: [...draft.rules, { ...rule, key: nextKey(draft) }],
});

export const withEmptyRule = (draft: Draft): Draft =>
  withRule(draft, { text: '', taskTypes: '', languages: '', feedbackIds: [], expiresInDays: usualDays });

const mostFeedbackIds = 20;

const joined = (some: readonly string[], more: readonly string[]) =>
  [...new Set([...some, ...more])].slice(0, mostFeedbackIds);

/** Each text once: two languages may have a pattern each of which the rule is the same. */
export function distinct(proposed: readonly Proposed[]): Proposed[] {
  const rules = new Map<string, Proposed>();
  for (const rule of proposed) {
    const known = rules.get(rule.text);
    rules.set(rule.text, known ? { ...known, feedbackIds: joined(known.feedbackIds, rule.feedbackIds) } : rule);
  }
  return [...rules.values()];
}

/** A rule of a pattern; one that is there already stays as it is, resting on more where another pattern says the same. */
export function withProposed(draft: Draft, { text, patternId, feedbackIds }: Omit<Proposed, 'tokens'>): Draft {
  if (draft.rules.some((rule) => rule.patternId === patternId)) return draft;
  const alike = draft.rules.find((rule) => rule.text.trim() === text);
  if (alike) {
    return edited(draft, alike.key, { feedbackIds: joined(alike.feedbackIds, feedbackIds) });
  }
  const rule = { text, taskTypes: '', languages: '', patternId, feedbackIds, expiresInDays: usualDays };
  return withRule(draft, rule);
}

/** What a version said, for the next one to go on from; what expires keeps its day, or gets a day more. */
export function draftFrom({ title, rules }: Pick<Guidance, 'title' | 'rules'>, nowMs: number): Draft {
  return {
    ...noDraft,
    title: title ?? '',
    rules: rules.map((rule, i) => ({ key: i + 1, ...keptRule(rule, nowMs) })),
  };
}

const keptRule = (rule: GuidanceRule, nowMs: number): Omit<RuleDraft, 'key'> => ({
  id: rule.id,
  text: rule.text,
  taskTypes: rule.taskTypes.join(', '),
  languages: rule.languages.join(', '),
  ...(rule.patternId !== null && { patternId: rule.patternId }),
  feedbackIds: rule.feedbackIds,
  expiresInDays: Math.min(365, Math.max(1, Math.ceil((Date.parse(rule.expiresAt) - nowMs) / dayMs))),
});

export const edited = (draft: Draft, key: number, change: Partial<RuleDraft>): Draft => ({
  ...draft,
  rules: draft.rules.map((rule) => (rule.key === key ? { ...rule, ...change } : rule)),
});

export const without = (draft: Draft, key: number): Draft => ({
  ...draft,
  rules: draft.rules.filter((rule) => rule.key !== key),
});

/** One up or down; at either end it stays. */
export function moved(draft: Draft, key: number, by: 1 | -1): Draft {
  const at = draft.rules.findIndex((rule) => rule.key === key);
  const other = draft.rules[at + by];
  if (other === undefined) return draft;
  const rules = [...draft.rules];
  [rules[at + by], rules[at]] = [rules[at]!, other];
  return { ...draft, rules };
}

const names = (text: string) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** Of all of them together, as an agent gets them and the server counts them. */
export const tokensOfDraft = ({ rules }: Pick<Draft, 'rules'>): number =>
  guidanceText({ rules: rules.filter(({ text }) => text.trim() !== '').map(delivered) }, { nowMs: 0 }).tokens;

const delivered = ({ text, taskTypes, languages }: RuleDraft) => ({
  id: '',
  text,
  taskTypes: names(taskTypes),
  languages: names(languages),
  expiresAt: '9999-12-31T00:00:00Z',
});

export const tokensOfRule = ({ text }: Pick<RuleDraft, 'text'>) => tokensOf(text.trim());

export function requestOf({ title, rules, tokenBudget }: Draft, parent: string | undefined): Written {
  return {
    ...(title.trim() !== '' && { title: title.trim() }),
    ...(parent !== undefined && { parent }),
    rules: rules.map((rule) => ({
      ...(rule.id !== undefined && { id: rule.id }),
      text: rule.text.trim(),
      taskTypes: names(rule.taskTypes),
      languages: names(rule.languages),
      ...(rule.patternId !== undefined && { patternId: rule.patternId }),
      feedbackIds: [...rule.feedbackIds],
      ...(rule.expiresInDays !== undefined && { expiresInDays: rule.expiresInDays }),
    })),
    ...(tokenBudget !== undefined && { tokenBudget }),
  };
}
