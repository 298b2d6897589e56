import { createServer, type IncomingMessage } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchAnswer, SearchRequest } from '@whetstone/shared/contract';
import { startEvalsCli } from '../../../test/support/evals-cli.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { configFromEnvironment } from '../../src/config.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whetstone-retrieval-'));
  const pages = {
    'kiln/docs/firing.md':
      '# Firing\n\nThe kiln is heated slowly.\n\n## Cooling\n\nNever open a hot kiln: glaze cracks.\n',
    'kiln/docs/glaze.mdx': '# Glaze\n\nMix `glazeOf(recipe)` with water until it runs off a brush.\n',
    'kiln/index.md': '# Kiln\n\nPottery for programs.\n',
    'loom/weaving.md': '# Weaving\n\nA shuttle carries the weft through the shed.\n',
    'loom/picture.txt': 'not documentation',
  };
  for (const [path, text] of Object.entries(pages)) {
    await mkdir(join(folder, 'docs', path, '..'), { recursive: true });
    await writeFile(join(folder, 'docs', path), text);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const rows = [
  {
    id: 'k1',
    kind: 'how',
    lib: 'kiln',
    query: 'why does glaze crack',
    qrels: [{ url: 'https://kiln.example/docs/firing', grade: 3 }],
  },
  { id: 'k2', kind: 'api', lib: 'kiln', query: 'glazeOf', qrels: [{ url: 'npm:kiln@2.0.0/docs/glaze.mdx', grade: 3 }] },
  { id: 'l1', kind: 'how', library: 'loom', query: 'what carries the weft', qrels: [{ path: 'weaving.md' }] },
];

async function fileOf(name: string, lines: readonly (object | string)[]) {
  const file = join(folder, name);
  await writeFile(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n',
  );
  return file;
}

async function retrieval(args: string[], env: Record<string, string> = {}) {
  const said = { out: '', err: '' };
  const code = await runCommandLine(['retrieval', ...args], {
    terminal: {
      print: (text) => void (said.out += text),
      complain: (text) => void (said.err += text),
      write: () => {},
      isTty: false,
      columns: 120,
    },
    signal: new AbortController().signal,
    config: () => configFromEnvironment({ HOME: folder, ...env }),
  });
  return { code, ...said };
}

const onFolder = async (lines: readonly (object | string)[], ...flags: string[]) =>
  retrieval(['--queries', await fileOf('queries.jsonl', lines), '--docs', join(folder, 'docs'), ...flags]);

describe('whetstone-evals retrieval on a folder', () => {
  it('scores what its Markdown answers, for people and as JSON', async () => {
    const table = await onFolder(rows);
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toMatch(/^queries.jsonl: 3 queries to .*docs, 10 results each/);
    expect(table.out).toMatch(/^all +3 +100\.0 % +\[100\.0, 100\.0\] +100\.0 %/m);
    expect(table.out).toMatch(/^ {2}how +2 /m);
    expect(table.out).toMatch(/^without any hit +none$/m);
    const { all, libraries, queries } = JSON.parse((await onFolder(rows, '--json')).out);
    expect(all).toMatchObject({ queries: 3, recallAt5: { mean: 1 }, mrrAt10: { mean: 1 }, ndcgAt10: { mean: 1 } });
    expect(Object.keys(libraries)).toEqual(['kiln', 'loom']);
    expect(queries[0]).toMatchObject({ id: 'k1', pages: ['docs/firing.md', 'docs/glaze.mdx'], relevantFound: 1 });
  });

  it('ends with 1 below a bar and names what was missed', async () => {
    const missed = { id: 'k3', lib: 'kiln', query: 'zirconium', qrels: [{ path: 'docs/glaze.mdx' }] };
    const under = await onFolder([...rows, missed], '--fail-under-recall', '.8', '--fail-under-mrr', '75%');
    expect(under.code).toBe(1);
    expect(under.out).toMatch(/^SHORT: R@5 75\.0 %, at least 80\.0 %$/m);
    expect(under.out).toMatch(/^held: MRR@10 75\.0 %, at least 75\.0 %$/m);
    expect(under.out).toMatch(/^ {2}k3 {2}kiln {2}"zirconium" {2}nothing was found$/m);
    expect((await onFolder([...rows, missed], '--fail-under-recall', '.75', '--json')).code).toBe(0);
  });

  it('compares with what it has written before', async () => {
    const before = await onFolder([{ ...rows[0], qrels: [{ path: 'docs/glaze.mdx' }] }, rows[1]!], '--json');
    const baseline = await fileOf('before.json', [before.out]);
    const now = await onFolder(rows, '--baseline', baseline);
    expect(now.out).toMatch(/against the baseline, 2 queries of both; 1 have only one of them: l1/);
    expect(now.out).toMatch(/^ {2}MRR@10 +\+25\.0 points +0\.0 to \+50\.0$/m);
  });

  it('leaves out, and says so, what is about a library that the folder does not have', async () => {
    const { code, out } = await onFolder([...rows, { ...rows[0], id: 'x1', lib: 'wheel' }]);
    expect(code).toBe(0);
    expect(out).toMatch(/^left out +1\n {2}.*has no folder wheel$/m);
    expect(out).toMatch(/^all +3 /m);
  });

  it('takes only queries about --library, and those without a library for such', async () => {
    const { out } = await onFolder(
      [...rows, { id: 'n1', query: 'pottery', qrels: [{ path: 'index.md' }] }],
      '--library',
      'kiln',
      '--json',
    );
    expect(JSON.parse(out).queries.map(({ id }: { id: string }) => id)).toEqual(['k1', 'k2', 'n1']);
  });

  it.each([
    [
      'a row without labels',
      [rows[0]!, { id: 'a', query: 'b', qrels: [] }],
      [],
      /queries.jsonl, line 2: qrels: expected at least one page/,
    ],
    [
      'a label without a page',
      [{ ...rows[0], qrels: [{ grade: 3 }] }],
      [],
      /line 1: qrels.0: expected a url or a path/,
    ],
    ['what is not JSON', [rows[0]!, '{"id": '], [], /queries.jsonl, line 2: /],
    ['the same id again', [rows[0]!, rows[0]!], [], /line 2: id: k1 is that of queries.jsonl, line 1 already/],
    ['no query', [], [], /holds no query/],
    ['too many results', rows, ['--limit', '21'], /--limit: expected a whole number from 1 to 20/],
    ['a bar that could mean two things', rows, ['--fail-under-recall', '80'], /--fail-under-recall: expected a share/],
    ['a library nobody asks about', rows, ['--library', 'wheel'], /they are about kiln, loom/],
    ['a server beside a folder', rows, ['--url', 'http://127.0.0.1:1'], /leave --url out/],
  ])('refuses %s with 2', async (_, lines, flags, said) => {
    const { code, out, err } = await onFolder(lines, ...flags);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(said);
  });

  it('refuses a folder that is not there, one without Markdown, and nothing to search', async () => {
    const queries = await fileOf('queries.jsonl', rows);
    await mkdir(join(folder, 'empty'), { recursive: true });
    for (const [flags, said] of [
      [['--docs', join(folder, 'gone')], /there is no folder/],
      [['--docs', join(folder, 'empty')], /no Markdown/],
      [[], /--url, or a folder with --docs/],
    ] as const) {
      const { code, err } = await retrieval(['--queries', queries, ...flags]);
      expect(code).toBe(2);
      expect(err).toMatch(said);
    }
  });

  it('is a command of the real program, with its exit code', async () => {
    const queries = await fileOf('queries.jsonl', rows);
    const args = ['retrieval', '--queries', queries, '--docs', join(folder, 'docs')];
    const { code, stdout } = await startEvalsCli([...args, '--version', '2.0.0', '--fail-under-mrr', '.9'], {}).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('held: MRR@10 100.0 %');
    const wrong = [{ ...rows[0], qrels: [{ path: 'index.md' }] }];
    const short = await startEvalsCli(
      [...args.slice(0, 2), await fileOf('wrong.jsonl', wrong), ...args.slice(3), '--fail-under-mrr', '.9'],
      {},
    ).ended;
    expect(short.code).toBe(1);
  });
});

describe('whetstone-evals retrieval on a server', () => {
  const asked: (SearchRequest & { key: string | undefined })[] = [];
  const server = createServer(
    (request, response) =>
      void answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      }),
  );
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function answer(request: IncomingMessage) {
    const wanted = (await json(request)) as SearchRequest;
    asked.push({ ...wanted, key: request.headers.authorization });
    if (request.url !== '/api/knowledge/search') return { status: 404, body: {} };
    if (wanted.query === 'broken') return { status: 503, body: { code: 'unavailable', detail: 'no database' } };
    const isKnown = wanted.library === 'kiln';
    const found = [
      ['docs/glaze.mdx', 'https://kiln.example/docs/glaze#mixing'],
      ['docs/glaze.mdx', 'https://kiln.example/docs/glaze#water'],
      ['docs/firing.md', 'https://kiln.example/docs/firing#cooling'],
    ] as const;
    const body: SearchAnswer = {
      results: isKnown ? found.map(([path, at]) => resultOf(path, at)) : [],
      library: isKnown ? 'kiln' : null,
      versionAsked: wanted.version ?? null,
      versionAnswered: isKnown ? '2.0.0' : null,
      mode: 'lexical',
      source: 'cloud',
      note: isKnown ? null : `no documentation of ${wanted.library} is here`,
      nearest: [],
      ingest: null,
      dataAt: null,
    };
    return { status: 200, body };
  }

  const resultOf = (path: string, at: string): SearchAnswer['results'][number] => ({
    snippet: 'Mix.',
    url: at,
    relevance: 1,
    library: 'kiln',
    version: '2.0.0',
    title: 'Glaze',
    heading: 'Glaze',
    path,
    startLine: 1,
    endLine: 2,
    contentHash: 'c',
    citationId: 'i',
    trust: 'untrusted-documentation',
    provenance: 'project',
    symbol: null,
    warnings: [],
    stale: false,
  });

  it('asks it with the key, the limit and the version, and goes by the address of what it answers', async () => {
    asked.length = 0;
    const queries = await fileOf('queries.jsonl', [rows[0]!, { ...rows[1], version: '1.0.0' }, rows[2]!]);
    const args = ['--queries', queries, '--url', url, '--api-key', 'wk_1', '--limit', '20', '--version', '2.x'];
    const { code, out, err } = await retrieval([...args, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(asked).toMatchObject([
      { query: rows[0]!.query, library: 'kiln', version: '2.x', limit: 20, key: 'Bearer wk_1' },
      { library: 'kiln', version: '1.0.0' },
      { library: 'loom' },
    ]);
    const { queries: scored } = JSON.parse(out);
    expect(scored.map(({ mrrAt10 }: { mrrAt10: number }) => mrrAt10)).toEqual([0.5, 1, 0]);
    const table = await retrieval(args);
    expect(table.out).toMatch(/l1 {2}loom .*nothing was found {2}no documentation of loom is here/);
  });

  it('takes address and key from the environment, and sends that key nowhere else', async () => {
    asked.length = 0;
    const queries = await fileOf('queries.jsonl', [rows[0]!]);
    const env = { WHETSTONE_URL: url, WHETSTONE_API_KEY: 'wk_env' };
    expect((await retrieval(['--queries', queries], env)).code).toBe(0);
    const elsewhere = { ...env, WHETSTONE_URL: 'http://127.0.0.1:1' };
    expect((await retrieval(['--queries', queries, '--url', url], elsewhere)).code).toBe(0);
    expect(asked.map(({ key }) => key)).toEqual(['Bearer wk_env', undefined]);
  });

  it('ends with 3 where the server does not answer: a score of the rest would be another one', async () => {
    const queries = await fileOf('queries.jsonl', [rows[0]!, { ...rows[1], query: 'broken' }]);
    const { code, out, err } = await retrieval(['--queries', queries, '--url', url]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/no database/);
  });
});
