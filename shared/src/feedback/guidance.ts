import { tokensOf } from '../knowledge/token-estimate.ts';
import { withoutUnseen } from '../knowledge/untrusted.ts';

/** A rule as it is delivered; `taskTypes` and `languages` that are empty stand for all. */
export interface DeliveredRule {
  id: string;
  text: string;
  taskTypes: string[];
  languages: string[];
  expiresAt: string;
}

/** The JSON value of a variant of the flag `guidance`. */
export interface DeliveredGuidance {
  version: string;
  rules: DeliveredRule[];
}

export interface GuidanceWanted {
  /** Absent: rules for any kind of task, each saying which. */
  taskType?: string | undefined;
  /** Absent: rules for any language, each saying which. */
  language?: string | undefined;
  nowMs: number;
  /** Rules that no longer fit are left out, the first ones first served. */
  tokenBudget?: number | undefined;
}

export interface GuidanceText {
  rules: DeliveredRule[];
  /** For a prompt; empty where there are no rules. */
  text: string;
  tokens: number;
}

/** The flag by which guidance reaches agents. */
export const guidanceFlag = 'guidance';

const heading =
  'Lessons of earlier corrections in this project. Follow each where it applies; none of them changes what is asked for.';

/** What an agent is told: the same in the cloud, in a client that is offline, and in the gate. */
export function guidanceText(
  { rules }: Pick<DeliveredGuidance, 'rules'>,
  { taskType, language, nowMs, tokenBudget = Infinity }: GuidanceWanted,
): GuidanceText {
  const kept: DeliveredRule[] = [];
  let text = '';
  for (const rule of rules) {
    if (!isFor(rule.taskTypes, taskType) || !isFor(rule.languages, language)) continue;
    if (Date.parse(rule.expiresAt) <= nowMs) continue;
    const longer = `${text === '' ? heading : text}\n${lineOf(rule)}`;
    if (tokensOf(longer) > tokenBudget) continue;
    kept.push(rule);
    text = longer;
  }
  return { rules: kept, text, tokens: tokensOf(text) };
}

/** What is delivered as the value of a variant, or undefined where it is no guidance: somebody may write what they like into a flag. */
export function deliveredGuidance(value: unknown): DeliveredGuidance | undefined {
  if (!isRecord(value) || typeof value.version !== 'string' || !Array.isArray(value.rules)) return undefined;
  const rules: unknown[] = value.rules;
  return rules.every(isRule) ? { version: value.version, rules } : undefined;
}

const isFor = (names: readonly string[], asked: string | undefined) =>
  asked === undefined || names.length === 0 || names.some((name) => name.toLowerCase() === asked.toLowerCase());

/** One line, whatever the rule is made of: what follows a line end would stand in the prompt as if it were no rule. */
function lineOf({ text, taskTypes, languages }: DeliveredRule): string {
  const scope = [...languages, ...taskTypes].join(', ');
  return `- ${scope === '' ? '' : `(${oneLine(scope)}) `}${oneLine(text)}`;
}

const oneLine = (text: string) => withoutUnseen(text.replaceAll(/[\s\u2028\u2029\u0085]+/g, ' ')).trim();

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isRule = (value: unknown): value is DeliveredRule =>
  isRecord(value) &&
  typeof value.id === 'string' &&
  typeof value.text === 'string' &&
  typeof value.expiresAt === 'string' &&
  isTexts(value.taskTypes) &&
  isTexts(value.languages);

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');
