import { ageText } from '../age-text.ts';
import type { Source } from '../flag-answer.ts';

/** Where an answer comes from, in the words of a person. */
export function sourceText(source: Source, ageMs: number | undefined) {
  const age = ageMs === undefined ? '' : `, confirmed ${ageText(ageMs)} ago`;
  const meanings = {
    cloud: 'current rules',
    cache: 'last known rules',
    default: 'no rules: defaults only',
  };
  return `${source} (${meanings[source]}${age})`;
}
