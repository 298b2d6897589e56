import { warningsOf, withoutUnseen } from '@whetstone/shared/knowledge';
import { isRecord } from '../json.ts';
import type { FeedbackExample } from '../feedback-answer.ts';
import { redactText } from '../redact/redact.ts';
import { visible } from '../visible.ts';

/** An example as the cloud sends it or the disk has it, each member held against what it should be: a model will read it. */
export function exampleIn(value: unknown): FeedbackExample[] {
  if (!isRecord(value) || typeof value['id'] !== 'string') return [];
  const { before, after, similarity, warnings } = value;
  if (typeof before !== 'string' || typeof after !== 'string') return [];
  const texts = { before: shown(before), after: shown(after), comment: shownOrNull(value['comment']) };
  const said = Array.isArray(warnings) ? warnings.filter((one): one is string => typeof one === 'string') : [];
  return [
    {
      id: oneLine(value['id']),
      taskType: lineOrNull(value['taskType']),
      language: lineOrNull(value['language']),
      file: lineOrNull(value['file']) ?? '',
      ...texts,
      lesson: lineOrNull(value['lesson']),
      similarity: typeof similarity === 'number' && similarity >= 0 && similarity <= 1 ? similarity : 0,
      correctedAt: lineOrNull(value['correctedAt']) ?? '',
      trust: 'untrusted-correction',
      // What the cloud found, and what is found here: neither need trust the other.
      warnings: [...new Set([...said.map(oneLine), ...warningsOf(Object.values(texts).join('\n'))])],
    },
  ];
}

/** The cloud has redacted it before; a copy of ours must not rest on that. */
const shown = (text: string) => redactText(withoutUnseen(text.replaceAll(/\r\n?/g, '\n')));
const shownOrNull = (value: unknown) => (typeof value === 'string' && value !== '' ? shown(value) : null);
const oneLine = (text: string) => visible(redactText(text)).trim();
const lineOrNull = (value: unknown) => (typeof value === 'string' && value !== '' ? oneLine(value) : null);
