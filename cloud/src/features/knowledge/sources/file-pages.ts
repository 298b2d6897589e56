import { pageOfFile, type HtmlToMarkdown } from './file-page.ts';
import type { Files } from './files.ts';
import type { Taken, Taking } from './source.ts';
import { onceLoaded } from './symbols.ts';

interface Options {
  title: string;
  isPage: (path: string) => boolean;
  taking: Pick<Taking, 'known' | 'limits'>;
  urlOf: (path: string) => string;
  htmlToMarkdown?: HtmlToMarkdown;
}

/** Every file of a folder of documentation that is a page; beyond the limit they are named and left out. */
export async function* pagesOf(
  files: Files,
  { title, isPage, taking, urlOf, htmlToMarkdown }: Options,
): AsyncGenerator<Taken> {
  const { known, limits } = taking;
  const options = { title, known, urlOf, compiler: onceLoaded(), htmlToMarkdown };
  let pages = 0;
  for await (const file of files(isPage)) {
    if (file.kind === 'file' && pages >= limits.pages) {
      yield { kind: 'skipped', path: file.path, why: `more than ${limits.pages} pages are not taken` };
      continue;
    }
    const taken = await pageOfFile(file, options);
    if (taken.kind !== 'skipped') pages++;
    yield taken;
  }
}
