import type { DocSource } from '@whetstone/shared/contract';
import {
  usualLimits,
  type OpenSource,
  type Taken,
  type TakenPage,
  type Taking,
} from '../../src/features/knowledge/sources/source.ts';

/** Opens a source and takes everything that it has. */
export async function taken(open: OpenSource, source: DocSource, asked: Partial<Taking> = {}) {
  const opened = await open({
    library: 'some-library',
    version: '1.0.0',
    source,
    known: new Map(),
    limits: usualLimits,
    signal: new AbortController().signal,
    ...asked,
  });
  const all: Taken[] = [];
  for await (const one of opened.pages) all.push(one);
  const pages = all.filter((one): one is TakenPage => one.kind === 'page');
  return {
    ...opened,
    all,
    pages,
    paths: pages.map(({ path }) => path),
    page: (path: string) => pages.find((page) => page.path === path)!,
    skipped: Object.fromEntries(all.flatMap((one) => (one.kind === 'skipped' ? [[one.path, one.why]] : []))),
  };
}
