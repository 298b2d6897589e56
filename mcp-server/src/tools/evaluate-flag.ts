import { ageText } from '../age-text.ts';
import type { FlagAnswer } from '../flag-answer.ts';
import { visible } from '../visible.ts';
import { defineTool, onlyReads, text } from './tool.ts';

const string = { type: 'string' } as const;

export const evaluateFlag = defineTool({
  name: 'evaluate_flag',
  title: 'Evaluate flag',
  description: 'Is a feature, prompt, model or tool on for this user and repo, and why? Ask before using it.',
  inputSchema: {
    type: 'object',
    properties: {
      key: text('Flag key, e.g. new-fixer-prompt'),
      userId: text('Who the work is for'),
      repoId: text('e.g. acme/api'),
      branch: text('Git branch'),
      agent: text('e.g. claude-code'),
      model: text('Model id'),
      taskType: text('e.g. refactor'),
      taskId: text('Joins outcomes'),
      orgId: text('Organisation'),
      targetingKey: text('Same as userId'),
      attributes: { type: 'object', description: 'Any others' },
      default: { description: 'If no flag decides', additionalProperties: true },
      explain: { type: 'boolean', description: 'Trace and what-ifs' },
    },
    required: ['key'],
    additionalProperties: false,
  },
  // `flagVersion`, `bucket`, `metadata`, `trace` and `explanation` come too; what few read need not be in every client's context.
  outputSchema: {
    type: 'object',
    properties: {
      key: string,
      enabled: { type: 'boolean' },
      variant: string,
      value: { additionalProperties: true },
      reason: string,
      errorCode: string,
      ruleId: string,
      source: { enum: ['cloud', 'cache', 'default'] },
      ageMs: { type: 'integer' },
      degradedReason: string,
    },
    required: ['enabled', 'value', 'reason', 'source'],
  },
  annotations: onlyReads,
  example: { key: 'new-fixer-prompt', userId: 'alice' },
  aliases: { name: 'key', flag: 'key', flagkey: 'key', user: 'userId', repo: 'repoId', repository: 'repoId' },

  async handler({ key, default: fallback, explain, ...context }, { flags, signal }) {
    const answer = await flags.answer(key, context, { default: fallback, explain: explain === true, signal });
    signal?.throwIfAborted();
    return { structured: answer, text: [...linesOf(answer), ...stepsOf(answer)].map(visible).join('\n') };
  },
});

/** `new-fixer-prompt = true (variant on, TARGETING_MATCH by rule r1) · cloud, 120 ms old` */
function linesOf({ key, value, variant, reason, errorCode, ruleId, source, ageMs, degradedReason }: FlagAnswer) {
  const why = [variant && `variant ${variant}`, `${errorCode ?? reason}${ruleId ? ` by rule ${ruleId}` : ''}`];
  const age = ageMs === undefined ? '' : `, ${ageText(ageMs)} old`;
  const line = `${key} = ${JSON.stringify(value)} (${why.filter(Boolean).join(', ')}) · ${source}${age}`;
  return degradedReason ? [line, degradedReason] : [line];
}

/** What was looked at and what would change the answer, when it was asked for. */
function stepsOf({ trace = [], explanation }: FlagAnswer): string[] {
  const steps = trace.map(({ step, id, outcome, why }) => `${step}${id ? ` ${id}` : ''} ${outcome}: ${why}`);
  return [...steps, ...(explanation?.wouldChange ?? []).map(({ what }) => `instead: ${what}`)];
}
