import type { DocSource, Ingest, VerifiedCitation } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { accuracyOf, everyDay, ofNoLibrary, passagePath, passageText, rangeOf } from '../src/docs/citations/model.ts';
import { askAgain, ingestPath, pagesText, shareDone } from '../src/docs/ingests/model.ts';
import { newSource, requestOf, sourceOfKind } from '../src/docs/sources/model.ts';
import { placeText } from '../src/docs/sources/source-text.ts';

const anIngest = (more: Partial<Ingest> = {}): Ingest => ({
  id: 'one',
  library: 'zod',
  version: '4.6.7',
  source: { kind: 'npm' },
  status: 'running',
  step: 'takes pages',
  pagesDone: 12,
  pagesExpected: 40,
  pagesUnchanged: 0,
  chunks: 0,
  symbols: 0,
  skipped: [],
  failure: null,
  startedAt: null,
  endedAt: null,
  ...more,
});

describe('an ingest', () => {
  it('says of how many pages it has how many, as far as that is known and not over', () => {
    expect(pagesText(anIngest())).toBe('12 of 40');
    expect(pagesText(anIngest({ pagesExpected: null }))).toBe('12');
    expect(pagesText(anIngest({ pagesDone: 1_200, status: 'done' }))).toBe('1,200');
    expect(pagesText(anIngest({ pagesDone: 41 }))).toBe('41');
  });

  it('has a bar only while there is more to come of a known number', () => {
    expect(shareDone(anIngest())).toBe(0.3);
    expect(shareDone(anIngest({ pagesDone: 41 }))).toBe(1);
    expect(shareDone(anIngest({ pagesExpected: null }))).toBeUndefined();
    expect(shareDone(anIngest({ pagesExpected: 0 }))).toBeUndefined();
    expect(shareDone(anIngest({ status: 'failed' }))).toBeUndefined();
  });

  it('has an address of its own, whatever its library is called', () => {
    expect(ingestPath(anIngest({ library: '@types/node' }))).toBe('/knowledge/ingests?library=%40types%2Fnode&id=one');
  });
});

describe('asking for the same again', () => {
  const folder: DocSource = { kind: 'directory', path: 'zod' };
  const site = (url: string): DocSource => ({ kind: 'web', url, maxPages: 100 });
  const catalogue = (source: DocSource) => [{ library: 'zod', catalogue: { source, reason: null } }];
  const again = (ingest: Partial<Ingest>, known: Partial<Parameters<typeof askAgain>[1]>) =>
    askAgain(anIngest(ingest), { sources: [], libraries: [], ...known });

  it('leaves to the server what it would take by itself', () => {
    expect(again({}, { libraries: catalogue({ kind: 'npm' }) })).toEqual({ library: 'zod', version: '4.6.7' });
    const own = [{ library: 'zod', version: null, source: folder }];
    expect(again({ source: folder }, { sources: own })).not.toHaveProperty('source');
  });

  it('knows what the catalogue takes of another version', () => {
    const at = (ref: string): DocSource => ({ kind: 'github', repo: 'colinhacks/zod', ref, folder: 'docs' });
    expect(again({ source: at('v4.6.7') }, { libraries: catalogue(at('main')) })).not.toHaveProperty('source');
    const pages = site('https://zod.example/v4/');
    expect(again({ source: pages }, { libraries: catalogue(site('https://zod.example/')) })).not.toHaveProperty(
      'source',
    );
  });

  it('names the source where another one would be taken', () => {
    expect(again({ source: folder }, { libraries: catalogue({ kind: 'npm' }) })).toMatchObject({ source: folder });
    const own = [{ library: 'zod', version: null, source: folder }];
    expect(again({}, { sources: own, libraries: catalogue({ kind: 'npm' }) })).toMatchObject({
      source: { kind: 'npm' },
    });
    expect(again({}, {})).toMatchObject({ source: { kind: 'npm' } });
  });

  it('takes the source of this very version before that of all', () => {
    const sources = [
      { library: 'zod', version: null, source: folder },
      { library: 'zod', version: '4.6.7', source: { kind: 'npm' } as const },
    ];
    expect(again({}, { sources })).not.toHaveProperty('source');
    expect(again({ version: '4.0.0' }, { sources })).toMatchObject({ source: { kind: 'npm' } });
  });
});

describe('a source', () => {
  it('keeps its address when its kind changes to another that has one', () => {
    const url = 'https://docs.example/llms.txt';
    expect(sourceOfKind('web', { kind: 'llms-txt', url })).toEqual({ kind: 'web', url, maxPages: 500 });
    expect(sourceOfKind('github', { kind: 'llms-txt', url })).toMatchObject({ repo: '', ref: 'v{version}' });
    expect(sourceOfKind('npm', { kind: 'llms-txt', url })).toEqual({ kind: 'npm' });
  });

  it('is sent without a version where none is written', () => {
    expect(requestOf({ ...newSource(), library: ' ours ', version: ' ' })).toEqual({
      library: 'ours',
      refresh: 'weekly',
      source: { kind: 'npm' },
    });
  });

  it('is said in words', () => {
    expect(placeText('zod', { kind: 'npm' })).toBe('npm zod');
    expect(placeText('ours', { kind: 'directory', path: 'guide' })).toBe('folder guide');
    expect(placeText('ours', { kind: 'web', url: 'https://docs.example/', maxPages: 1_000 })).toBe(
      'site https://docs.example/, at most 1,000 pages',
    );
  });
});

describe('accuracy', () => {
  const counts = { found: 0, altered: 0, wrong_version: 0, stale: 0, unknown: 0 };
  const day = (name: string, more: object = {}) => ({ day: name, served: 0, ...counts, ...more });

  it('is what was found of what was checked, with its interval, and not known of nothing', () => {
    expect(accuracyOf({ ...counts, found: 118, altered: 30, unknown: 16 })).toEqual({
      rate: 118 / 164,
      interval: [expect.closeTo(0.646, 3), expect.closeTo(0.783, 3)],
      n: 164,
    });
    expect(accuracyOf(counts)).toBeUndefined();
  });

  it('has every day up to today, and of a server whose day has come before also that', () => {
    const nowMs = Date.parse('2026-03-04T10:00:00Z');
    const days = everyDay([day('2026-03-02', { served: 7 })], nowMs);
    expect(days.map(({ day: name, served }) => [name, served])).toEqual([
      ['2026-03-02', 7],
      ['2026-03-03', 0],
      ['2026-03-04', 0],
    ]);
    expect(everyDay([day('2026-03-04'), day('2026-03-05', { found: 1 })], nowMs).at(-1)).toMatchObject({ found: 1 });
  });

  it('leaves out of its libraries what names no passage', () => {
    const libraries = [{ library: 'zod', version: '4', served: 9, ...counts, found: 2, stale: 1 }];
    expect(ofNoLibrary({ checked: 5, libraries })).toBe(2);
  });

  it('is of a month unless another range is asked for', () => {
    expect([rangeOf('7d'), rangeOf('7 days'), rangeOf(undefined)]).toEqual(['7d', '30d', '30d']);
  });
});

describe('a checked citation', () => {
  const cited: VerifiedCitation = {
    citationId: 'c',
    url: null,
    quote: 'q',
    verdict: 'found',
    detail: null,
    changes: [],
    library: '@our/docs',
    version: '1.0.0',
    path: 'a b.md',
    startLine: 7,
    endLine: 9,
  };

  it('leads to its lines', () => {
    expect(passagePath(cited)).toBe('/knowledge/libraries/%40our%2Fdocs/1.0.0/page?path=a+b.md&lines=7-9');
    expect(passagePath({ ...cited, startLine: null, endLine: null })).not.toContain('lines');
    expect(passagePath({ ...cited, library: null })).toBeUndefined();
  });

  it('names them', () => {
    expect(passageText(cited)).toBe('@our/docs@1.0.0 a b.md, lines 7 to 9');
    expect(passageText({ ...cited, endLine: 7 })).toBe('@our/docs@1.0.0 a b.md, line 7');
    expect(passageText({ ...cited, startLine: null, endLine: null })).toBe('@our/docs@1.0.0 a b.md');
  });
});
