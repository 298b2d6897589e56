import { strikethrough, tables } from '@joplin/turndown-plugin-gfm';
import { withoutUnseen } from '@whetstone/shared/knowledge';
import { load, type CheerioAPI } from 'cheerio/slim';
import TurndownService from 'turndown';
import { codeOf, fenced, languageOf } from './html-code.ts';
import { removeHidden } from './html-hidden.ts';
import { mainContentOf } from './html-main.ts';
import { below, flattenDeep, isNestedTooDeeply, type HtmlNode } from './html-nesting.ts';

export interface HtmlPage {
  title: string;
  /** The text of the page alone, as a reader sees it; empty when it has none without its scripts. */
  markdown: string;
  /** What the page says its address is. */
  canonical: string | undefined;
  /** Absolute, without fragments; those that ask not to be followed are left away. */
  links: string[];
  /** Directives for robots, in lower case. */
  robotsMeta: string[];
  /** Where the page lies as Markdown, if it says so. */
  markdownUrl: string | undefined;
  siteName: string | undefined;
  /** Text that was left out since readers do not see it. */
  hidden: string;
}

/** Nothing in a page makes this throw; what cannot be read is empty. */
export function htmlToMarkdown(html: string, url: string): HtmlPage {
  const $ = load(isNestedTooDeeply(html) ? '' : html);
  flattenDeep($);
  const about = aboutOf($, url);
  const named = below($, $._root, 'title').first().text().replaceAll(/\s+/g, ' ').trim();
  const hidden = removeHidden($);
  const main = mainContentOf($);
  markHeadings($, main);
  const headline =
    plainTitle(below($, main, 'h1').first().text()) || plainTitle(below($, $._root, 'h1').first().text());
  markCode($, main);
  flattenTables($, main);
  markItems($, main);
  plainLinks($, main, about.base);
  const markdown = withoutUnseen(inPieces($, main, converter()))
    .replaceAll('\uE000', '\\|')
    .trim();
  const { base: _, ...rest } = about;
  return { title: withoutUnseen(headline || named.split(/ [|·–—] | - /)[0]!.trim()), markdown, hidden, ...rest };
}

type Main = ReturnType<typeof mainContentOf>;

const plainTitle = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

function aboutOf($: CheerioAPI, url: string) {
  const base = absolute(below($, $._root, 'base[href]').first().attr('href'), url) ?? url;
  const link = (selector: string) => absolute(below($, $._root, selector).first().attr('href'), base);
  const links = below($, $._root, 'a[href]')
    .toArray()
    .filter(({ attribs }) => !/\bnofollow\b/i.test(attribs['rel'] ?? ''))
    .flatMap(({ attribs }) => absolute(attribs['href'], base)?.replace(/#.*/s, '') ?? []);
  const robotsMeta = below($, $._root, 'meta[name]')
    .toArray()
    .filter(({ attribs }) => /^(?:robots|whetstone)$/i.test(attribs['name']!))
    .flatMap(({ attribs }) => (attribs['content'] ?? '').toLowerCase().split(','))
    .map((directive) => directive.trim());
  return {
    base,
    canonical: link('link[rel~="canonical" i][href]'),
    links: [...new Set(links)],
    robotsMeta,
    markdownUrl: link('link[rel~="alternate" i][type^="text/markdown" i][href]'),
    siteName: below($, $._root, 'meta[property="og:site_name"]').first().attr('content')?.trim() || undefined,
  };
}

function absolute(href: string | undefined, base: string): string | undefined {
  if (href === undefined || !URL.canParse(href.trim(), base)) return undefined;
  const { protocol, href: whole } = new URL(href.trim(), base);
  return protocol === 'http:' || protocol === 'https:' ? whole : undefined;
}

const permalink =
  'a.headerlink, a.anchor, a.header-anchor, a.hash-link, a.heading-link, a.anchor-link, a.sl-anchor-link, a[aria-label^="Permalink" i], a[aria-label^="Direct link" i]';

/** A heading says its anchor, wherever its generator has put that. */
function markHeadings($: CheerioAPI, main: Main) {
  below($, main, 'dl > dt.sig[id]').each((_, term) => {
    const level = Math.min(6, 3 + $(term).parents('dl').length);
    below($, term, permalink).remove();
    const code = $('<code></code>').text(plainTitle($(term).text()));
    $(term).replaceWith($(`<h${level}></h${level}>`).attr('id', term.attribs['id']!).append(code));
  });
  below($, main, 'h1, h2, h3, h4, h5, h6').each((_, heading) => {
    const one = $(heading);
    const isFirst = one.prev().length === 0;
    const own =
      one.attr('id') ??
      below($, heading, '[id]').first().attr('id') ??
      below($, heading, 'a[name]').first().attr('name');
    const linked = below($, heading, 'a[href^="#"]').first().attr('href')?.slice(1);
    const around = isFirst ? one.parent('section[id], div.section[id]').attr('id') : undefined;
    below($, heading, permalink).remove();
    below($, heading, 'a').each((__, link) => {
      if (/^[\s#¶§🔗\u200B]*$/u.test($(link).text())) $(link).remove();
      else $(link).replaceWith($(link).contents());
    });
    below($, heading, 'h1, h2, h3, h4, h5, h6').each((__, inner) => void $(inner).replaceWith($(inner).contents()));
    const anchor = [own, linked, around].find((id) => id !== undefined && /^[\w.:-]+$/.test(id));
    if (anchor) one.attr('data-anchor', anchor);
    if (one.text().trim() === '') one.remove();
  });
}

function markCode($: CheerioAPI, main: Main) {
  below($, main, 'pre').each((_, pre) => {
    const code = codeOf($, pre);
    const marked = $('<pre></pre>').attr('data-language', languageOf($, pre)).text(code);
    // Some draw line numbers and code as two cells.
    const table = $(pre).closest('table.highlighttable, table.rouge-table, .highlight table, table.lntable');
    (table.length > 0 ? table : $(pre)).replaceWith(code.trim() === '' ? '' : marked);
  });
}

/** A table of Markdown has lines in its cells; one that holds more is a way to lay out a page. */
function flattenTables($: CheerioAPI, main: Main) {
  below($, main, 'table').each((_, table) => {
    if (below($, table, 'table, pre, h1, h2, h3, h4, blockquote').length > 0) {
      below($, table, 'td, th, tr, thead, tbody, tfoot, caption').each((__, part) => {
        if ($(part).closest('table')[0] === table) part.tagName = 'div';
      });
      table.tagName = 'div';
      return;
    }
    below($, table, 'li').each(
      (__, item) => void $(item).replaceWith($('<span></span>').append($(item).contents()).append('<br>')),
    );
    below($, table, 'ul, ol, p, div').each((__, block) => {
      $(block).after(' ').replaceWith($(block).contents());
    });
    below($, table, 'td, th, td *, th *')
      .contents()
      .each((__, node) => {
        // The plug-in would make one bar of several.
        if (node.type === 'text') node.data = node.data.replaceAll('|', '\uE000');
      });
  });
}

function markItems($: CheerioAPI, main: Main) {
  below($, main, 'ol').each((_, list) => {
    const first = Number(list.attribs['start'] ?? 1) || 1;
    $(list)
      .children('li')
      .each((at, item) => void (item.attribs['data-mark'] = `${first + at}. `));
  });
}

/** Links lead somewhere from everywhere; whatever else elements carry says how they look. */
function plainLinks($: CheerioAPI, main: Main, base: string) {
  below($, main, 'img, picture, figure > a > img').remove();
  below($, main, '*').each((_, element) => {
    const {
      href,
      colspan,
      align,
      'data-anchor': anchor,
      'data-language': language,
      'data-mark': mark,
    } = element.attribs;
    const to = element.tagName === 'a' ? absolute(href, base) : undefined;
    const kept = {
      href: to !== undefined && to.length <= 2_000 ? to : undefined,
      colspan,
      align,
      'data-anchor': anchor,
      'data-language': language,
      'data-mark': mark,
    };
    element.attribs = Object.fromEntries(
      Object.entries(kept).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
  });
}

const layout = new Set(['div', 'section', 'article', 'main', 'body', 'html', 'header', 'center']);
const blocks = /^(?:p|h[1-6]|pre|ul|ol|dl|table|blockquote|hr|div|section|article|details|figure)$/;
const pieceSize = 300;

/**
 * As one whole, only that the converter copies all it has for each element it comes to: a page of a hundred thousand elements takes
 * it minutes, and in pieces a second or two.
 */
function inPieces($: CheerioAPI, main: Main, turndown: TurndownService): string {
  const sizes = new Map<unknown, number>();
  for (const element of below($, main, '*').toArray().toReversed()) {
    const inside = element.children.reduce((sum, child) => sum + (sizes.get(child) ?? 1), 0);
    sizes.set(element, inside + 1);
  }
  const pieces: string[] = [];
  let piece: HtmlNode[] = [];
  let size = 0;
  const close = () => {
    if (piece.length > 0) pieces.push(turndown.turndown(`<body>${$.html(piece)}</body>`).trim());
    piece = [];
    size = 0;
  };
  const add = (node: HtmlNode) => {
    const own = sizes.get(node) ?? 1;
    const name = 'tagName' in node ? node.tagName : '';
    if (size + own > pieceSize && blocks.test(name)) close();
    if (own > pieceSize && layout.has(name) && 'children' in node) {
      node.children.forEach(add);
      close();
      return;
    }
    piece.push(node);
    size += own;
  };
  main.children.forEach(add);
  close();
  return pieces.filter((one) => one !== '').join('\n\n');
}

function converter(): TurndownService {
  const turndown = new TurndownService({
    headingStyle: 'atx',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
    hr: '---',
  });
  turndown.use([tables, strikethrough]);
  turndown.escape = escaped;
  turndown.addRule('heading', {
    filter: ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
    replacement(content, node) {
      const anchor = node.getAttribute('data-anchor');
      const text = content.replaceAll(/\s*\n\s*/g, ' ').trim();
      return `\n\n${'#'.repeat(Number(node.nodeName[1]))} ${text}${anchor ? ` {#${anchor}}` : ''}\n\n`;
    },
  });
  turndown.addRule('code', {
    filter: 'pre',
    replacement: (_, node) => `\n\n${fenced(node.textContent ?? '', node.getAttribute('data-language') ?? '')}\n\n`,
  });
  turndown.addRule('item', {
    filter: 'li',
    replacement(content, node) {
      const mark = node.getAttribute('data-mark') ?? '- ';
      const text = content.trim().replaceAll(/\n(?=[^\n])/g, `\n${' '.repeat(mark.length)}`);
      return `${mark}${text}${node.nextSibling ? '\n' : ''}`;
    },
  });
  return turndown;
}

/** Only what would become something else: names such as `__init__` and `*args` are searched for as they are. */
const escaped = (text: string) =>
  text
    .replaceAll(/<(?=[a-z/!?])/gi, '\\<')
    .replace(/^(\s*)([-+*>]|#{1,6})(?=\s)/, '$1\\$2')
    .replace(/^(\s*)(=+\s*$|`{3,}|~{3,})/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s)/, '$1\\$2');
