import type { GuidanceRule, guidance, Parsed } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import { guidanceText, tokensOf } from '@whetstone/shared/feedback';
import { warningsOf, withoutUnseen } from '@whetstone/shared/knowledge';
import { createHash } from 'node:crypto';
import type { KnownPattern } from './patterns.ts';

type Wanted = Parsed<(typeof guidance)['createGuidance']>['rules'];

interface Around {
  patterns: readonly KnownPattern[];
  /** Of the parent. */
  earlier: readonly GuidanceRule[];
  nowMs: number;
}

const dayMs = 24 * 3_600_000;
const mostCorrections = 20;

/** Rules as they are stored. Throws `invalid` with the rule that it is about. */
export function rulesOf(wanted: Wanted, { patterns, earlier, nowMs }: Around): GuidanceRule[] {
  const rules = wanted.map((rule, place): GuidanceRule => {
    const field = (name: string) => `rules.${place}.${name}`;
    const kept = earlier.find(({ id }) => id === rule.id);
    if (rule.id !== undefined && !kept)
      throw invalidField(field('id'), `the parent has no rule "${rule.id}"; leave it out for a new rule`);
    const pattern = patterns.find(({ id }) => id === rule.patternId);
    if (rule.patternId !== undefined && !pattern)
      throw invalidField(field('patternId'), `no pattern has the id "${rule.patternId}"`);
    const text = rule.text ?? pattern?.guidance ?? kept?.text;
    if (text === undefined)
      throw invalidField(field('text'), 'say what the rule is, or name a pattern that brings its own text');
    refuseText(text, field('text'));
    for (const name of rule.taskTypes) refuseText(name, field('taskTypes'));
    for (const name of rule.languages) refuseText(name, field('languages'));
    const rests = [rule.feedbackIds, pattern?.feedbackIds ?? [], kept?.feedbackIds ?? []];
    const feedbackIds = rests.find((ids) => ids.length > 0) ?? [];
    return {
      id: kept?.id ?? `r-${sha256Of(text).slice(0, 10)}`,
      text,
      taskTypes: rule.taskTypes,
      languages: rule.languages,
      tokens: tokensOf(text),
      patternId: pattern?.id ?? kept?.patternId ?? null,
      feedbackIds: feedbackIds.slice(0, mostCorrections),
      expiresAt: new Date(nowMs + rule.expiresInDays * dayMs).toISOString(),
    };
  });
  const twice = rules.findIndex(({ id }, place) => rules.findIndex((rule) => rule.id === id) !== place);
  if (twice >= 0) throw invalidField(`rules.${twice}.text`, 'this rule is there twice');
  return rules;
}

/** All rules together, as an agent gets them. */
export const tokensOfRules = (rules: readonly GuidanceRule[], nowMs: number): number =>
  guidanceText({ rules: [...rules] }, { nowMs }).tokens;

export const contentHashOf = (rules: readonly GuidanceRule[]): string => sha256Of(JSON.stringify(rules));

/** Rules end in prompts: they say what to do in code, and nothing to a model about its instructions. */
export function complaintAbout(text: string): string | undefined {
  if (/[\n\r\t\u0085\u2028\u2029]/.test(text)) return 'is more than one line';
  if (withoutUnseen(text) !== text) return 'has characters that nobody sees (controls or zero-width ones)';
  const [warning] = warningsOf(text);
  return warning && `reads like an attack on whoever follows it: it ${warning}`;
}

function refuseText(text: string, field: string): void {
  const complaint = complaintAbout(text);
  if (complaint !== undefined) throw invalidField(field, complaint);
}

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');
