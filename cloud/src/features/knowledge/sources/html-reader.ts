import type { HtmlPage } from './html-to-markdown.ts';

/** Reads HTML. Its parsers are loaded with the first page of it: a server that has none starts without them. */
export async function readHtml(html: string, url: string): Promise<HtmlPage> {
  const { htmlToMarkdown } = await import('./html-to-markdown.ts');
  return htmlToMarkdown(html, url);
}
