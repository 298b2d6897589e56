import type { RecommendRequest } from '@whetstone/shared/contract';

/** What is typed, as it is typed; all of it stands in the address, so that it can be sent to somebody. */
export const questionFields = [
  'taskType',
  'language',
  'complexity',
  'repoId',
  'contextTokens',
  'maxCost',
  'maxTimeS',
  'verify',
] as const;
export type Question = Record<(typeof questionFields)[number], string>;

/** The cast holds since each field is set. */
export const questionOf = (search: URLSearchParams): Question =>
  Object.fromEntries(questionFields.map((field) => [field, search.get(field) ?? ''])) as Question;

export function playgroundAddressOf(question: Question): string {
  const query = new URLSearchParams();
  for (const field of questionFields) if (question[field] !== '') query.set(field, question[field]);
  const text = query.toString();
  return text === '' ? '/models/playground' : `/models/playground?${text}`;
}

/** As the server is asked: to look at alone. What is no number stays as it was typed, for the schema to complain of. */
export function requestOf(question: Question): RecommendRequest {
  const texts = ['taskType', 'language', 'complexity', 'repoId', 'verify'] as const;
  const given = texts.flatMap((field) => (question[field].trim() === '' ? [] : [[field, question[field].trim()]]));
  const numbers = [
    ['contextTokens', question.contextTokens, 1],
    ['maxCost', question.maxCost, 1],
    ['maxTimeMs', question.maxTimeS, 1_000],
  ] as const;
  const counted = numbers.flatMap(([name, text, scale]) =>
    text.trim() === '' ? [] : [[name, numberFrom(text, scale)]],
  );
  // The cast holds for what the schema has nothing to complain of, and only that is sent.
  return { ...Object.fromEntries([...given, ...counted]), preview: true } as RecommendRequest;
}

function numberFrom(text: string, scale: number): number | string {
  const number = Number(text.trim().replaceAll(/[_,](?=\d{3})/g, ''));
  return Number.isFinite(number) ? Number((number * scale).toPrecision(15)) : text;
}
