import type { CheerioAPI } from 'cheerio/slim';
import { below, type HtmlElement } from './html-nesting.ts';

/** What documentation generators put the text of a page into, the most telling first. */
const containers = [
  '.theme-doc-markdown',
  '.vp-doc',
  '.sl-markdown-content',
  '.md-content__inner',
  '[itemprop="articleBody"]',
  '.theme-default-content',
  '.markdown-body',
  '.rst-content',
  '#apicontent',
  'main article',
  'article',
  'main',
  '[role="main"]',
  '#main-content',
  '#content',
  '.content',
  '.documentation',
  '#docs',
];

/** Around the text on every page. */
const around = [
  'nav, form, button, input, select, textarea, footer',
  '[role="navigation"], [role="banner"], [role="contentinfo"], [role="search"], [role="complementary"], [role="dialog"]',
  '.sphinxsidebar, .related, .viewcode-link, .linenos, .lineno, .line-numbers, .gutter, .skip-link, .skip-to-content',
  '.toc, #toc, .table-of-contents, .on-this-page, .contents.local, .VPDocAsideOutline, [class*="tableOfContents"], [class*="table-of-contents"]',
  '[class*="breadcrumb" i], [aria-label*="breadcrumb" i]',
  '.edit-link, .edit-this-page, .theme-edit-this-page, .edit-page-link, a[href*="/edit/"], a[href*="/_edit"]',
  '[class*="cookie-banner" i], [class*="cookie-consent" i], [class*="cookie-notice" i], [class*="cookiebar" i], [class*="consent-banner" i], [id*="cookie-banner" i], [id*="cookie-consent" i], [id*="cookie-notice" i], [id*="onetrust" i]',
  '.pagination-nav, .prev-next, .pager, #carbonads, .carbon-ads',
].join(', ');

/** An aside that belongs to the text. */
const isNote =
  '[role="note"], [class*="admonition"], [class*="callout"], [class*="custom-block"], .starlight-aside, .note, .tip, .warning';

/** Takes away what surrounds a page's text, and gives the element that holds the text; all of it where none does. */
export function mainContentOf($: CheerioAPI): HtmlElement | CheerioAPI['_root'] {
  const has = (element: HtmlElement, selector: string) => below($, element, selector).length > 0;
  below($, $._root, around).each((_, element) => {
    // Whole pages lie in a form here and there, and layouts name themselves after what they have.
    if (!has(element, 'h1, main, article')) $(element).remove();
  });
  below($, $._root, 'header').each((_, element) => {
    if (!has(element, 'h1, h2') || $(element).parent().is('body')) $(element).remove();
  });
  below($, $._root, 'aside').not(isNote).remove();
  const all = lengthOf($.root().text());
  for (const selector of containers) {
    const [found, another] = below($, $._root, selector).not('body').toArray();
    // Several are a list of teasers, of which none is the page.
    if (found && !another && lengthOf($(found).text()) > 0.15 * all) return found;
  }
  return below($, $._root, 'body')[0] ?? $._root;
}

const lengthOf = (text: string) => text.replaceAll(/\s+/g, '').length;
