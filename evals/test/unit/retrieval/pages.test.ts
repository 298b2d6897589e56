import { describe, expect, it } from 'vitest';
import { pageOfLabel } from '../../../src/retrieval/pages.ts';

const pages = (...paths: string[]) => paths.map((path) => ({ path, url: path }));
const pathOf = (label: string, all: ReturnType<typeof pages>) => pageOfLabel(label, all)?.path;

describe('the page that a label means', () => {
  it.each([
    ['https://example.org/learn/state#lift', 'learn/state.md'],
    ['https://example.org/learn/state/?from=nav', 'learn/state.md'],
    ['npm:lib@5.1.0/docs/learn/state.mdx', 'learn/state.md'],
    ['npm:@scope/lib@5.1.0/learn/state.md', 'learn/state.md'],
    ['git:owner/repo/site/docs/learn/state.md', 'learn/state.md'],
    ['learn/state.md', 'learn/state.md'],
    ['https://example.org/learn/', 'learn/index.md'],
    ['https://example.org/', 'index.md'],
  ])('%s is found', (label, path) => {
    expect(pathOf(label, pages('index.md', 'learn/index.md', 'learn/state.md', 'state.md'))).toBe(path);
  });

  it('goes by the address before the path', () => {
    const all = [
      { path: 'guide/why.md', url: 'https://old.example.org/guide/why' },
      { path: 'v2/why.md', url: 'https://www.example.org/guide/why.html#top' },
    ];
    expect(pathOf('https://example.org/guide/why', all)).toBe('v2/why.md');
  });

  it('finds what lies deeper where it was taken from', () => {
    expect(pathOf('https://example.org/api/vi', pages('src/content/api/vi.md', 'src/content/vi.md'))).toBe(
      'src/content/api/vi.md',
    );
  });

  it('is none where only a part of a name is alike', () => {
    expect(pathOf('https://example.org/restate', pages('state.md'))).toBeUndefined();
    expect(pathOf('https://example.org/state', pages('learn/restate.md'))).toBeUndefined();
    expect(pathOf('https://example.org/', pages('learn/state.md'))).toBeUndefined();
    expect(pathOf('https://example.org/gone', pages('index.md'))).toBeUndefined();
  });
});
