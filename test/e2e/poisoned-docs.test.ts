import { createClient } from '@whetstone/shared/client';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listening } from '../support/listening.ts';
import { initialize, newStateDir, startMcpServer } from '../support/mcp-process.ts';
import { factOf, poisonedPages, type PoisonedPage } from '../support/poisoned-pages.ts';
import { startServer, type TestServer } from '../support/server.ts';

const patience = { timeout: 120_000, interval: 200 };
const libraryOf = { html: 'poisoned-site', md: 'poisoned-folder' };
const pathOf = ({ kind, name, path }: PoisonedPage) => path ?? (kind === 'html' ? name : `${name}.md`);
const titleOf = ({ name }: PoisonedPage) => `About ${name}`;

/** What nobody sees, and terminals obey. */
const unseen =
  // oxlint-disable-next-line no-control-regex -- these are what it is for
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/u;

interface ToolResult {
  content: { text: string }[];
  structuredContent: Record<string, unknown>;
}

interface Row {
  page: PoisonedPage;
  stripped: boolean;
  warnings: readonly string[];
}

describe('pages that try something on whoever reads them by machine', { timeout: 300_000 }, () => {
  let folder: string;
  let site: Awaited<ReturnType<typeof listening>>;
  let server: TestServer;
  let mcp: ReturnType<typeof startMcpServer>;
  let calls = 1;
  const rows: Row[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whetstone-poison-'));
    const ofKind = (kind: PoisonedPage['kind']) => poisonedPages.filter((page) => page.kind === kind);
    for (const page of ofKind('md')) {
      const file = join(folder, 'pages', pathOf(page));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `# ${titleOf(page)}\n\n${factOf(page)}\n\n${page.text}`);
    }
    const links = ofKind('html').map(({ name }) => `<li><a href="/docs/${name}">${name}</a></li>`);
    const bodies = new Map([
      ['/docs/', `<main><h1>Poison</h1><ul>${links.join('')}</ul></main>`],
      ...ofKind('html').map(
        (page) =>
          [`/docs/${page.name}`, `<main><h1>${titleOf(page)}</h1><p>${factOf(page)}</p>${page.text}</main>`] as const,
      ),
    ]);
    site = await listening(
      createServer((request, response) => {
        const body = bodies.get(request.url!);
        response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
        response.end(body === undefined ? '' : `<!doctype html><html><body>${body}</body></html>`);
      }),
    );
    server = await startServer({ env: { WHETSTONE_DOC_DIRS: folder, WHETSTONE_OUTBOUND_ALLOW: '127.0.0.1' } });
    const client = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await client.createSource({
      library: libraryOf.html,
      version: '1.0.0',
      source: { kind: 'web', url: `${site.url}/docs/`, maxPages: 50 },
    });
    await client.createSource({
      library: libraryOf.md,
      version: '1.0.0',
      source: { kind: 'directory', path: join(folder, 'pages') },
    });
    await vi.waitFor(async () => {
      const { items } = await client.listIngests({});
      expect(items.map(({ status, failure, skipped }) => [status, failure, skipped])).toEqual(
        Array<unknown>(2).fill(['done', null, []]),
      );
    }, patience);
    mcp = startMcpServer({
      PATH: process.env['PATH']!,
      WHETSTONE_URL: server.url,
      WHETSTONE_API_KEY: server.agentKey(),
      WHETSTONE_STATE_DIR: newStateDir(),
      WHETSTONE_CACHE_DIR: newStateDir(),
    });
    mcp.send(initialize);
    await vi.waitUntil(() => mcp.answerTo(1), patience);
    mcp.send({ method: 'notifications/initialized' });
  }, 240_000);
  afterAll(async () => {
    mcp?.kill('SIGKILL');
    await server?.stop('SIGKILL');
    await site?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function call(name: string, args: object): Promise<ToolResult> {
    const id = ++calls;
    mcp.send({ id, method: 'tools/call', params: { name, arguments: args } });
    const answer = await vi.waitUntil(() => mcp.answerTo(id), patience);
    return answer.result as unknown as ToolResult;
  }

  /** What stands between the marks of an answer, and what stands around. */
  function opened({ content: [first] }: ToolResult) {
    const [, nonce] = /^<untrusted-documentation ([0-9a-f]{16})>$/m.exec(first!.text)!;
    const block = new RegExp(
      `^<untrusted-documentation ${nonce}>\n([\\s\\S]*?)\n</untrusted-documentation ${nonce}>$`,
      'gm',
    );
    const inside = [...first!.text.matchAll(block)].map(([, text]) => text!).join('\n');
    return { inside, around: first!.text.replaceAll(block, ''), nonce: nonce! };
  }

  it.each(poisonedPages)('$name: $tries', async (page) => {
    const { gone = [], stays = [], warned = [] } = page;
    const library = libraryOf[page.kind];
    const read = await call('read_doc', { library, path: pathOf(page) });
    const search = await call('search_docs', { query: factOf(page), library, limit: 1 });
    const [found] = search.structuredContent['results'] as [
      { path: string; trust: string; provenance: string; warnings: string[] },
    ];
    expect(found).toMatchObject({ path: pathOf(page), trust: 'untrusted-documentation', provenance: 'project' });

    for (const result of [read, search]) {
      const { inside, around, nonce } = opened(result);
      expect(inside).toContain(factOf(page));
      for (const text of stays) expect(inside).toContain(text);
      // Whatever it says, it says between the marks, which it cannot know.
      for (const text of stays) expect(around).not.toContain(text);
      expect(inside).not.toContain(nonce);
      expect(JSON.stringify(result.structuredContent) + inside + around).not.toMatch(unseen);
      for (const text of gone) expect(JSON.stringify(result)).not.toContain(text);
      expect(
        [...(result === read ? (read.structuredContent['warnings'] as string[]) : found.warnings)].toSorted(),
      ).toEqual([...warned].toSorted());
      if (warned.length > 0) expect(around).toContain(warned[0]!);
    }
    rows.push({ page, stripped: gone.length > 0, warnings: warned });
  });

  it('are all in the table of the documentation', async () => {
    expect(rows).toHaveLength(poisonedPages.length);
    await expect(documentOf(rows)).toMatchFileSnapshot('../../docs/knowledge-poison.md');
  });
});

function documentOf(rows: readonly Row[]): string {
  const cells = rows.map(({ page, stripped, warnings }) => [
    page.tries,
    page.kind === 'html' ? 'site' : 'folder',
    stripped ? 'yes' : '',
    warnings.join('; '),
    'yes',
  ]);
  const all = [['what the page tries', 'read from', 'stripped', 'flagged as', 'fenced'], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [
    '# Poisoned pages',
    '',
    'Written by `test/e2e/poisoned-docs.test.ts`, which takes each page through a site or a folder, and looks at what `search_docs` and `read_doc`',
    'answer. What is stripped is in no answer; what is flagged is named in `warnings`; what readers see as well stays, between marks that the page',
    'cannot know. A page that is only fenced (an advert, Base64, a citation that nobody gave) is told from documentation by no rule:',
    'what it says is data, and a citation of it is checked like any other.',
    '',
    line(all[0]!),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...all.slice(1).map(line),
    '',
  ].join('\n');
}
