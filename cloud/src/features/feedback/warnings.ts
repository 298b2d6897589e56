import { visibleText, warningsOf, withoutUnseen } from '@whetstone/shared/knowledge';

/** Of a text, that is looked at: what says nothing to a model in so many characters is no sentence of instructions. */
const mostCharacters = 200_000;

/** What in the texts of a correction looks as if it was meant to instruct a model, or is hidden from who reads it. */
export function warningsAbout(texts: readonly string[]): string[] {
  const found = new Set<string>();
  for (const whole of texts) {
    const text = whole.slice(0, mostCharacters);
    const plain = withoutUnseen(text);
    if (plain !== text.replaceAll('\f', '')) found.add('holds characters that nobody sees');
    for (const warning of warningsOf(plain)) found.add(warning);
  }
  return [...found];
}

/** A comment as a reader sees it; what is hidden in Markdown is left out, too. */
export const shownComment = (comment: string) => visibleText(comment);

/** Every text in a JSON value. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') texts.push(next);
    else if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) open.push(inner);
  }
  return texts;
}
