import { describe, expect, it } from 'vitest';
import { nearestNames } from '../../src/features/knowledge/search/nearest-names.ts';
import { chooseCopies, planSearch } from '../../src/features/knowledge/search/plan-search.ts';
import { noteOf } from '../../src/features/knowledge/search/notes.ts';
import type { VisibleVersion } from '../../src/features/knowledge/search/visible-versions.ts';

const known = ['react', 'react-dom', 'preact', 'node', 'next', 'vitest', 'vite', '@scope/tool', 'typescript'];

it.each([
  ['raect', 'react'],
  ['React.js', 'react'],
  ['vitset', 'vitest'],
  ['typscript', 'typescript'],
  ['scope-tool', '@scope/tool'],
  ['nextjs', 'next'],
])('%s is like %s', (asked, nearest) => {
  expect(nearestNames(asked, known)[0]).toBe(nearest);
});

it('offers nothing where nothing is alike', () => {
  expect(nearestNames('kubernetes', known)).toEqual([]);
});

const a = (library: string, version: string, change: Partial<VisibleVersion> = {}): VisibleVersion => ({
  id: `${library} ${version} ${JSON.stringify(change)}`,
  isOwn: false,
  library,
  version,
  title: library,
  provenance: 'official-site',
  stamp: 's',
  chunks: 100,
  checkedAt: null,
  hasVectors: false,
  ...change,
});

describe('which libraries are searched', () => {
  const versions = known.map((library) => a(library, '1.0.0'));
  const plan = (query: string, change = {}) =>
    planSearch({ query, library: undefined, version: undefined }, { versions, lastServed: [], ...change }, aliases)!;
  const aliases = new Map([['nodejs', 'node']]);

  it.each([
    ['how do I memoize in react?', ['react']],
    ['difference between Vite, Vitest', ['vite', 'vitest']],
    ['read a file in nodejs', ['node']],
    ['routing of next.js', ['next']],
    ['routing in Next', ['next']],
    ['tool of @scope/tool.', ['@scope/tool']],
  ])('%s names %j', (query, names) => {
    expect(plan(query)).toMatchObject({ why: 'named', targets: names.map((library) => ({ library })) });
  });

  it.each(['what comes next', 'Next to nothing', 'where does a tree keep its node'])('%s names none', (query) => {
    expect(plan(query).why).toBe('all');
  });

  it('not more than fit together, and the note says how many were left out', () => {
    const many = Array.from({ length: 50 }, (_, at) => a(`library-${at}`, '1.0.0', { chunks: 10_000 }));
    const own = a('our-docs', '1.0.0', { isOwn: true, provenance: 'project' });
    const bounded = plan('how', { versions: [...many, own] });
    expect(bounded.targets.map(({ library }) => library)).toContain('our-docs');
    expect(bounded.targets).toHaveLength(6);
    expect(noteOf(bounded, false)).toContain('45 further libraries were not');
  });

  it('says what to do where there is no documentation at all', () => {
    expect(noteOf(plan('how', { versions: [] }), false)).toContain('/api/knowledge/ingest');
  });
});

describe('which copies answer', () => {
  it("a project's own before the public one, an unofficial one behind all that is official", () => {
    const [own, unofficial, site] = [
      a('x', '1.0.0', { isOwn: true, provenance: 'project' }),
      a('x', '1.0.0', { isOwn: true, provenance: 'unofficial' }),
      a('x', '1.0.0'),
    ];
    expect(chooseCopies([site, own], undefined).copies).toEqual([own]);
    expect(chooseCopies([unofficial, site], undefined).copies).toEqual([site, unofficial]);
    expect(chooseCopies([unofficial], undefined).copies).toEqual([unofficial]);
  });

  it('an unofficial version only where it is asked for and no official one answers', () => {
    const both = [a('x', '1.0.0'), a('x', '2.0.0', { provenance: 'unofficial' })];
    expect(chooseCopies(both, undefined)).toMatchObject({ answered: '1.0.0', isAsked: true });
    expect(chooseCopies(both, '2.0.0')).toMatchObject({ answered: '2.0.0', isAsked: true });
    expect(chooseCopies(both, '3.0.0')).toMatchObject({ answered: '1.0.0', isAsked: false });
  });
});
