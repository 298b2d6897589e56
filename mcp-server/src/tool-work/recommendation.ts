import type { Recommended, Refused } from '../models/recommend.ts';
import type { Outcome } from '../tools/tool.ts';
import { visible } from '../visible.ts';
import { provenanceText } from './shape.ts';

/** Of what was not taken: more fill a context. */
const mostAlternatives = 5;

export function recommendation(answer: Recommended | Refused): Outcome {
  if ('refusal' in answer) return { refusal: `invalid: ${answer.refusal}` };
  const alternatives = answer.alternatives?.slice(0, mostAlternatives);
  return { structured: { ...answer, alternatives }, text: linesOf(answer).map(visible).join('\n') };
}

function linesOf(answer: Recommended) {
  const { model, reason, plan, advice, priceWhatIf, recommendationId } = answer;
  return [
    `${model ?? 'no model'}: ${reason}`,
    plan.length > 1 && `plan: ${plan.map(stepText).join('; then ')}`,
    advice,
    priceWhatIf,
    `· ${provenanceText(answer)}${recommendationId === undefined ? '' : ` · recommendationId ${recommendationId}`}`,
  ].filter((line): line is string => typeof line === 'string');
}

const stepText = ({ model, when, expectedSuccess }: Recommended['plan'][number]) =>
  `${model} (${when}${expectedSuccess === null ? '' : `, ${Math.round(expectedSuccess * 100)} %`})`;
