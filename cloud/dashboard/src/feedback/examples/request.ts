import type { contract, Example, Input } from '@whetstone/shared/contract';
import { examplesText, tokensForTexts } from '@whetstone/shared/feedback';

/** What is asked, as it is typed. */
export interface Asked {
  query: string;
  taskType: string;
  language: string;
  limit: string;
  tokenBudget: string;
}

export const askedOf = (search: URLSearchParams): Asked => ({
  query: search.get('q') ?? '',
  taskType: search.get('taskType') ?? '',
  language: search.get('language') ?? '',
  limit: search.get('limit') ?? '3',
  tokenBudget: search.get('tokens') ?? '2000',
});

export function addressOf({ query, taskType, language, limit, tokenBudget }: Asked): string {
  const said = Object.entries({ q: query, taskType, language, limit, tokens: tokenBudget });
  return `/feedback/examples?${new URLSearchParams(said.filter(([, text]) => text.trim() !== '')).toString()}`;
}

type Request = Input<(typeof contract)['getExamples']>;

/** What goes to the server, which refuses what is out of bounds: asked as an agent's machine asks, for what leaves room for the marks. */
export function requestOf({ query, taskType, language, ...asked }: Asked): Request {
  const { limit, tokenBudget } = boundsOf(asked);
  const isSound = limit <= 20 && tokenBudget <= 20_000;
  return {
    ...(query.trim() !== '' && { query: query.trim() }),
    ...(taskType.trim() !== '' && { taskType: taskType.trim() }),
    ...(language.trim() !== '' && { language: language.trim() }),
    limit,
    tokenBudget: isSound ? tokensForTexts({ limit, tokenBudget }) : tokenBudget,
  };
}

/** The usual ones where nothing was typed. */
function boundsOf({ limit, tokenBudget }: Pick<Asked, 'limit' | 'tokenBudget'>) {
  const numberOf = (text: string, usual: number) => (text.trim() === '' ? usual : Number(text));
  return { limit: numberOf(limit, 3), tokenBudget: numberOf(tokenBudget, 2_000) };
}

interface Answer {
  items: readonly Example[];
  considered: number;
}

/** What `get_examples` prints of an answer; the numbers in the marks are other ones each time. */
export const printed = ({ items }: Answer, asked: Asked) =>
  examplesText(items, boundsOf(asked), () =>
    [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  );

/** '345 of at most 2,000 tokens as they print, 3 of 41 corrections that were looked at'. */
export function answerText(
  { items, tokens }: { items: readonly unknown[]; tokens: number },
  answer: Answer,
  asked: Asked,
): string {
  const count = (value: number) => value.toLocaleString('en');
  const left = answer.items.length - items.length;
  return [
    `${count(tokens)} of at most ${count(boundsOf(asked).tokenBudget)} tokens as they print`,
    `${items.length} of ${count(answer.considered)} corrections that were looked at`,
    ...(left > 0 ? [`${left} more do not fit`] : []),
  ].join(', ');
}
