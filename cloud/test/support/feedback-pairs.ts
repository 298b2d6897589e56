import { readFileSync } from 'node:fs';
import type { FailureCategory, Triage } from '@whetstone/shared/contract';
import type { ReadCircumstances } from '../../src/features/feedback/learn/reading.ts';

const folder = new URL('../fixtures/feedback-pairs/', import.meta.url);

export interface Pair {
  id: string;
  triage: Triage;
  isLesson: boolean;
  detectors: string[];
  path: string;
  before: string;
  after: string;
  circumstances: ReadCircumstances;
}

/** As the README beside them says. */
export function pairsOf(name: string): Pair[] {
  const text = readFileSync(new URL(`${name}.txt`, folder), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((block) => {
      const [head = '', ...rest] = block.trimEnd().split('\n');
      const [id = '', triage, lesson] = head.split(' ');
      const bodyAt = rest.findIndex((line) => /^(?:[ +-]|$)/.test(line));
      const fields = new Map(
        rest
          .slice(0, bodyAt)
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const body = rest.slice(bodyAt);
      const side = (sign: string) =>
        `${body
          .filter((line) => !(sign === '-' ? /^\+/ : /^-/).test(line))
          .map((line) => line.slice(1))
          .join('\n')}\n`;
      const age = fields.get('age');
      return {
        id,
        triage: triage as Triage,
        isLesson: lesson === 'lesson',
        detectors: (fields.get('detectors') ?? '')
          .split(',')
          .map((each) => each.trim())
          .filter(Boolean),
        path: fields.get('file') ?? (name.endsWith('python') ? 'src/part.py' : 'src/part.ts'),
        before: side('-'),
        after: side('+'),
        circumstances: {
          comment: fields.get('comment'),
          kind: (fields.get('kind') ?? 'edit') as ReadCircumstances['kind'],
          ageMs: age === undefined ? undefined : Number(age) * 3_600_000,
        },
      };
    });
}

export interface Remark {
  category: FailureCategory;
  circumstances: ReadCircumstances;
}

export const remarksOf = (name: string): Remark[] =>
  readFileSync(new URL(`${name}.txt`, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [category, kind, comment] = line.split(' | ');
      return {
        category: category as FailureCategory,
        circumstances: { comment, kind: kind as ReadCircumstances['kind'], ageMs: undefined },
      };
    });

/** Mean of F1 over the labels that occur. */
export function macroF1<T>(rows: readonly { said: T; is: T }[]): number {
  const labels = [...new Set(rows.map((row) => row.is))];
  const f1 = labels.map((label) => {
    const right = rows.filter((row) => row.said === label && row.is === label).length;
    const said = rows.filter((row) => row.said === label).length;
    const are = rows.filter((row) => row.is === label).length;
    return (2 * right) / (said + are);
  });
  return f1.reduce((sum, each) => sum + each, 0) / f1.length;
}
