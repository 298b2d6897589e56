import type { CheerioAPI } from 'cheerio/slim';

export type HtmlNode = CheerioAPI['_root']['children'][number];
export type HtmlElement = Extract<HtmlNode, { tagName: string }>;

const withoutEnd = new Set('area base br col embed hr img input link meta param source track wbr !doctype'.split(' '));
/** Their end tags may be left away, and old pages do. */
const mayStayOpen = new Set(
  'p li dt dd tr td th thead tbody tfoot option optgroup colgroup rt rp html head body'.split(' '),
);
const deepest = { closed: 2_000, open: 5_000 };

/**
 * Whether elements lie deeper in each other than any page has them. Parsers look through all that is open for each tag, so that
 * a page of nothing but opening tags would keep the process busy for minutes; this is told before one is asked.
 */
export function isNestedTooDeeply(html: string): boolean {
  let closed = 0;
  let open = 0;
  for (const [, end, name] of html.matchAll(/<(\/?)([a-z!][a-z0-9:-]*)/gi)) {
    const tag = name!.toLowerCase();
    if (withoutEnd.has(tag)) continue;
    const step = end === '' ? 1 : -1;
    if (mayStayOpen.has(tag)) open = Math.max(0, open + step);
    else closed = Math.max(0, closed + step);
    if (closed > deepest.closed || open > deepest.open) return true;
  }
  return false;
}

/**
 * What lies below and matches, in the order of the page. `find` takes a second for an element with ten thousand children, since it
 * compares each with each.
 */
export const below = ($: CheerioAPI, node: HtmlNode | CheerioAPI['_root'], selector: string) =>
  $(elementsBelow(node)).filter(selector);

function elementsBelow(node: HtmlNode | CheerioAPI['_root']): HtmlElement[] {
  const found: HtmlElement[] = [];
  const waiting: HtmlNode[] = 'children' in node ? node.children.toReversed() : [];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if ('tagName' in next) found.push(next);
    if ('children' in next) for (const child of next.children.toReversed()) waiting.push(child);
  }
  return found;
}

const shown = 150;

/** What lies deeper than a reader could tell becomes text, since everything after this walks down by recursion. */
export function flattenDeep($: CheerioAPI) {
  const waiting: { node: HtmlNode; depth: number }[] = $.root()[0]!.children.map((node) => ({ node, depth: 1 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, depth } = next;
    if (!('children' in node)) continue;
    if (depth < shown) for (const child of node.children) waiting.push({ node: child, depth: depth + 1 });
    else $(node).text(textBelow(node));
  }
}

function textBelow(node: HtmlNode): string {
  const parts: string[] = [];
  const waiting: HtmlNode[] = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.type === 'text') parts.push(next.data);
    else if ('children' in next && next.type !== 'script' && next.type !== 'style')
      for (const child of next.children.toReversed()) waiting.push(child);
  }
  return parts.join('');
}
