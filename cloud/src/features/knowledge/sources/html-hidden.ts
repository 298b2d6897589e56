import type { CheerioAPI } from 'cheerio/slim';
import { below } from './html-nesting.ts';

/** Never shown, or shown by a program only. */
const neverText =
  'script, style, template, noscript, iframe, object, embed, canvas, svg, audio, video, map, datalist, title, meta, link, base, dialog:not([open]), .sr-only, .visually-hidden, .visuallyhidden, .screen-reader-text';

/**
 * Takes away what readers of the page do not see, as far as the page itself says so: by attributes and by inline style. Style
 * sheets are not read. Gives what it took.
 */
export function removeHidden($: CheerioAPI): string {
  const hidden: string[] = [];
  below($, $._root, neverText).remove();
  below($, $._root, '[hidden], [aria-hidden], [style]').each((_, element) => {
    const { hidden: marked, style, 'aria-hidden': ariaHidden } = element.attribs;
    const isHidden = marked !== undefined || ariaHidden?.trim().toLowerCase() === 'true';
    if (!isHidden && !(style !== undefined && hides(style))) return;
    // As it was put together, and with something between its parts: neither way may hide a word.
    hidden.push($(element).text(), $.html(element).replaceAll(/<[^<>]*>/g, ' '));
    $(element).remove();
  });
  return hidden.join('\n');
}

/** Whether an inline style leaves nothing to see of an element's text. */
export function hides(style: string): boolean {
  const of = declarations(style);
  const size = (name: string) => pixels(of.get(name));
  const isAt = (place: string) => of.get('position') !== undefined && (size(place) ?? 0) <= -999;
  const isTiny = (name: string) => (size(name) ?? 9) <= 1;
  return (
    of.get('display') === 'none' ||
    ['hidden', 'collapse'].includes(of.get('visibility') ?? '') ||
    size('opacity') === 0 ||
    (size('font-size') ?? 9) <= 1 ||
    /^0(?:px|pt|em|rem|%)?\s*\//.test(of.get('font') ?? '') ||
    (size('text-indent') ?? 0) <= -999 ||
    ['left', 'right', 'top', 'bottom'].some(isAt) ||
    /^rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)$/.test(of.get('clip') ?? '') ||
    /^(?:inset\(\s*(?:50|100)%|circle\(\s*0)/.test(of.get('clip-path') ?? '') ||
    /\bscale\(\s*0\s*[,)]/.test(of.get('transform') ?? '') ||
    (of.get('overflow') === 'hidden' && ['width', 'height', 'max-width', 'max-height'].some(isTiny)) ||
    isUnseen(of.get('color'), of.get('background-color') ?? of.get('background'))
  );
}

function declarations(style: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of style.replaceAll(/\/\*[\s\S]*?\*\//g, '').split(';')) {
    const [name = '', ...value] = part.toLowerCase().split(':');
    found.set(
      name.trim(),
      value
        .join(':')
        .replace(/!\s*important/, '')
        .trim(),
    );
  }
  return found;
}

function pixels(value: string | undefined): number | undefined {
  const number = /^(-?\d*\.?\d+)(px|pt|%|em|rem|vw|vh)?$/.exec(value ?? '');
  if (!number) return undefined;
  const perUnit = number[2] === 'em' || number[2] === 'rem' ? 16 : 1;
  return Number(number[1]) * perUnit;
}

/** Text of the colour that lies behind it, or of none. */
function isUnseen(color: string | undefined, behind: string | undefined): boolean {
  if (color === undefined) return false;
  if (color === 'transparent' || /^(?:rgb|hsl)a?\([^)]*[,/]\s*0?\.?0+%?\s*\)$/.test(color)) {
    // Without a fourth part the last is a colour, and not how much is seen of it.
    return color === 'transparent' || (color.match(/[,/]|\s+(?=[\d.])/g)?.length ?? 0) >= 3;
  }
  const [text, back] = [channels(color), channels(behind)];
  return text !== undefined && back !== undefined && text.every((part, at) => Math.abs(part - back[at]!) <= 10);
}

const named: Record<string, string> = { white: '#ffffff', black: '#000000', snow: '#fffafa', ivory: '#fffff0' };

function channels(color: string | undefined): number[] | undefined {
  if (color === undefined) return undefined;
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/.exec(named[color] ?? color)?.[1];
  if (hex) return (hex.length === 3 ? [...hex].map((digit) => digit + digit) : hex.match(/../g)!).map(fromHex);
  const parts = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(color);
  return parts?.slice(1, 4).map(Number);
}

const fromHex = (digits: string) => Number.parseInt(digits, 16);
