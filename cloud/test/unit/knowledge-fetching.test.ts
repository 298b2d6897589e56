import { describe, expect, it } from 'vitest';
import { hostLanes } from '../../src/features/knowledge/sources/fetch-lanes.ts';
import { retryAfterMs } from '../../src/platform/retry-after.ts';
import { textOf } from '../../src/features/knowledge/sources/fetch-text.ts';
import { linksOf, partsOf } from '../../src/features/knowledge/sources/llms-txt-pages.ts';
import { isOfficial } from '../../src/features/knowledge/sources/llms-txt.ts';
import { isInScope, isSameSite, pathOf, scopeOf } from '../../src/features/knowledge/sources/web-scope.ts';

describe('a lane', () => {
  it('asks a host one thing at a time, with a rest in between, and other hosts meanwhile', async () => {
    let now = 0;
    const slept: number[] = [];
    const sleep = async (ms: number) => {
      slept.push(ms);
      now += ms;
    };
    const lanes = hostLanes({ now: () => now, sleep, random: () => 0 });
    const { signal } = new AbortController();
    const order: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = lanes.inTurn('a', 100, signal, async () => {
      order.push('a1 begins');
      await held;
      order.push('a1 ends');
    });
    const second = lanes.inTurn('a', 100, signal, async () => order.push('a2'));
    await lanes.inTurn('b', 100, signal, async () => order.push('b'));
    expect(order).toEqual(['a1 begins', 'b']);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['a1 begins', 'b', 'a1 ends', 'a2']);
    expect(slept).toEqual([100]);
  });

  it('goes on after a failure, and without those who gave up', async () => {
    const lanes = hostLanes({ now: () => 0, sleep: async () => {}, random: () => 0 });
    const gone = AbortSignal.abort(new Error('stopped'));
    const { signal } = new AbortController();
    const failing = lanes.inTurn('a', 0, signal, async () => Promise.reject(new Error('broken')));
    const stopped = lanes.inTurn('a', 0, gone, async () => 'never');
    const last = lanes.inTurn('a', 0, signal, async () => 'last');
    await expect(failing).rejects.toThrow('broken');
    await expect(stopped).rejects.toThrow('stopped');
    await expect(last).resolves.toBe('last');
  });
});

describe('what a server says', () => {
  it('of when to come again is seconds or a date', () => {
    const now = Date.parse('2026-11-26T00:00:00Z');
    expect(retryAfterMs('5', now)).toBe(5_000);
    expect(retryAfterMs('Thu, 26 Nov 2026 00:01:00 GMT', now)).toBe(60_000);
    expect(retryAfterMs('Thu, 26 Nov 2020 00:01:00 GMT', now)).toBe(0);
    expect(retryAfterMs('soon', now)).toBeUndefined();
    expect(retryAfterMs(null, now)).toBeUndefined();
  });

  it('of its charset gives way to what the bytes themselves say', () => {
    expect(textOf(Buffer.from('\uFEFFé', 'utf8'), 'text/html; charset=iso-8859-1')).toBe('é');
    expect(textOf(Buffer.from('\uFEFFé', 'utf16le'), 'text/html')).toBe('é');
    expect(textOf(Buffer.from('é', 'latin1'), 'text/html; charset="ISO-8859-1"')).toBe('é');
    expect(textOf(Buffer.from('é', 'utf8'), null)).toBe('é');
  });
});

describe('the part of a site that is a source', () => {
  it.each([
    ['https://x.example/docs', '/docs/'],
    ['https://x.example/docs/', '/docs/'],
    ['https://x.example/docs/start.html', '/docs/'],
    ['https://x.example', '/'],
    ['https://x.example/v4.2', '/v4.2/'],
  ])('begins at %s', (start, prefix) => {
    expect(scopeOf(new URL(start)).prefix).toBe(prefix);
  });

  it('is named by paths below its start', () => {
    const scope = scopeOf(new URL('https://x.example/docs'));
    const path = (to: string) => pathOf(scope, new URL(to, 'https://x.example'));
    expect(['/docs', '/docs/', '/docs/index.html', '/docs/a/', '/docs/a/index.html', '/docs/%C3%BC'].map(path)).toEqual(
      ['index', 'index', 'index', 'a', 'a', 'ü'],
    );
    const isIn = (to: string) => isInScope(scope, new URL(to, 'https://x.example'));
    expect(
      ['/docs', '/docs/a', '/docs-old', '/', 'http://x.example/docs/', '/docs/../blog', '//y.example/docs/a'].map(isIn),
    ).toEqual([true, true, false, false, false, false, false]);
  });

  it('may have moved to https or www, and nowhere else', () => {
    const same = (one: string, other: string) => isSameSite(new URL(one), new URL(other));
    expect(same('http://x.example/', 'https://www.x.example/')).toBe(true);
    expect(same('https://x.example/', 'https://y.example/')).toBe(false);
    expect(same('https://x.example/', 'https://x.example:8443/')).toBe(false);
  });
});

describe('a list for models', () => {
  it('leads to its own site and those whose names end as its own', () => {
    const official = (site: string, to: string) => isOfficial(new URL(site), new URL(to));
    expect(official('https://docs.x.example/llms.txt', 'https://x.example/a')).toBe(true);
    expect(official('https://docs.x.example/llms.txt', 'https://api.x.example/a')).toBe(true);
    expect(official('https://x.example/llms.txt', 'https://docs.x.example/a')).toBe(true);
    expect(official('https://x.example/llms.txt', 'https://notx.example/a')).toBe(false);
    expect(official('https://x.example/llms.txt', 'http://docs.x.example/a')).toBe(false);
    expect(official('https://docs.github.io/llms.txt', 'https://evil.github.io/a')).toBe(false);
    expect(official('https://docs.co.uk/llms.txt', 'https://other.co.uk/a')).toBe(false);
    expect(official('http://127.0.0.1/llms.txt', 'https://127.0.0.2/')).toBe(false);
  });

  it('has the links outside of code, each once', () => {
    const text = '- [A](/a) and [B](b.md "title")\n```\n[C](/c)\n```\n[A](/a#x) [mail](mailto:a@b.example)';
    expect(linksOf(text, 'https://x.example/docs/llms.txt')).toEqual([
      { title: 'A', url: 'https://x.example/a' },
      { title: 'B', url: 'https://x.example/docs/b.md' },
    ]);
  });

  it('is split where front matter says the address of what follows', () => {
    const text = '---\nurl: /guide/a.md\n---\n\n# A\n\ntext\n\n# Not a page\n\n---\nurl: /guide/b.md\n---\n# B\n\nmore';
    expect(partsOf(text, 'https://x.example/llms-full.txt').map(({ title, url }) => [title, url])).toEqual([
      ['A', 'https://x.example/guide/a.md'],
      ['B', 'https://x.example/guide/b.md'],
    ]);
  });
});
