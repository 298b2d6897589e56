import type { CheerioAPI } from 'cheerio/slim';
import { below, type HtmlElement } from './html-nesting.ts';

const languageClass =
  /(?:^|\s)(?:language|lang|highlight-source|highlight-text|highlight|brush:?|sourceCode)[-: ]\s*([\w+#.-]+)/i;
/** Classes that say how a block looks, or that it has no language. */
const noLanguage = new Set([
  'none',
  'text',
  'plaintext',
  'plain',
  'txt',
  'default',
  'notranslate',
  'wrapper',
  'container',
]);

/** What a block of code is written in, as its classes or those of what it lies in say; empty when none does. */
export function languageOf($: CheerioAPI, pre: HtmlElement): string {
  const near = [below($, pre, 'code').first(), $(pre), $(pre).parent(), $(pre).parent().parent()];
  for (const one of near) {
    const told = one.attr('data-language') ?? one.attr('data-lang') ?? languageClass.exec(one.attr('class') ?? '')?.[1];
    if (told === undefined || !/^[\w+#.-]{1,30}$/.test(told)) continue;
    return noLanguage.has(told.toLowerCase()) ? '' : told.toLowerCase();
  }
  return '';
}

/** The code as it is shown: highlighters draw lines as blocks of their own, and number them. */
export function codeOf($: CheerioAPI, pre: HtmlElement): string {
  below($, pre, 'br').replaceWith('\n');
  below($, pre, 'div, .line, .token-line, .ec-line').each((_, line) => {
    const { next } = line;
    const endsItself = $(line).text().endsWith('\n');
    const isFollowed = next?.type === 'text' && next.data.startsWith('\n');
    if (next && !endsItself && !isFollowed) $(line).append('\n');
  });
  return $(pre)
    .text()
    .replaceAll(/\r\n?/g, '\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
}

/** Longer than any fence inside, so that code that shows fences ends where it ends. */
export function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/^[ \t>]*(`{3,})/gm)].map(([, ticks]) => ticks!.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
