import { createClient } from '@whetstone/shared/client';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { listening } from '../../test/support/listening.ts';
import { startServer } from '../../test/support/server.ts';

type Client = ReturnType<typeof createClient>;

const root = resolve(import.meta.dirname, '../..');
const installed = ['fastify', 'kysely', 'pino', 'undici'];
const days = 14;

/** What is shown of fetching and citing, by the name of its pictures. */
export const docsSteeringScenes = () => {
  let known: Passage[] | undefined;
  return {
    'docs-ingests': { path: '/knowledge/ingests', show: (page: Page) => page.getByRole('progressbar').waitFor() },
    'docs-ingest-failed': {
      path: '/knowledge/ingests?library=pictures',
      show: async (page: Page) => {
        await page.locator('a.row-link').first().click();
        await page.getByText('has no page that could be taken').waitFor();
      },
    },
    'docs-fetch': {
      path: '/knowledge/ingests',
      show: async (page: Page) => {
        await page.getByRole('button', { name: 'Fetch documentation' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Library').fill('our-docs');
        await dialog.getByLabel('Version').fill('1.0.0');
        await dialog.getByLabel('It comes from').selectOption('directory');
        await dialog.getByLabel('Folder').fill('/etc');
        await dialog.getByRole('button', { name: 'Fetch' }).click();
        await dialog.getByText('does not lie below').waitFor();
      },
      expected: /40[03]/,
    },
    'docs-sources': { path: '/knowledge/sources', show: (page: Page) => page.locator('a.row-link').first().waitFor() },
    'docs-citations': { path: '/knowledge/citations', show: (page: Page) => page.locator('canvas').nth(2).waitFor() },
    'docs-citations-checked': {
      path: '/knowledge/citations',
      show: async (page: Page, client: Client) => {
        // Searching again would be counted again, and every picture show another day.
        const passages = (known ??= await passagesOf(client));
        await page.getByRole('button', { name: 'Check citations' }).click();
        await page.keyboard.insertText([0, 1, 2].map((i) => sentenceOf(passages, i, i === 1)).join('\n'));
        await page.getByRole('button', { name: 'Check', exact: true }).click();
        await page.getByRole('list', { name: 'Checked citations' }).waitFor();
        await page.getByRole('list', { name: 'Checked citations' }).scrollIntoViewIfNeeded();
      },
    },
  };
};

/**
 * A server with the documentation of packages that are installed here and of this repository, cited over two weeks of its clock.
 * What the pages show of it the server counted; which quotes are false was chosen here.
 */
export async function startDocsSteered() {
  const site = await startSlowSite();
  const env = {
    WHETSTONE_DOC_DIRS: root,
    WHETSTONE_OUTBOUND_ALLOW: '127.0.0.1',
    WHETSTONE_OUTBOUND_PORTS: new URL(site.url).port,
  };
  const past = await startServer({
    env: {
      ...env,
      NODE_OPTIONS: `--require ${resolve(root, 'test/support/shift-clock.cjs')}`,
      WHETSTONE_TEST_SHIFT_MS: `${-24 * 3_600_000}`,
    },
  });
  const clientOf = ({ url, adminKey }: typeof past) => createClient({ baseUrl: url, apiKey: adminKey() });
  const before = clientOf(past);
  for (const library of installed) await before.startIngest({ library, version: versionOf(library) });
  await before.createSource({ library: 'whetstone', source: { kind: 'directory', path: 'docs' } });
  await ended(before);
  for (let day = 0; day < days; day++) {
    const passages = await passagesOf(before, 1 + ((day * 3) % questions.length));
    const count = 5 + ((day * 5) % 9);
    const text = Array.from({ length: count }, (_, i) => sentenceOf(passages, day + i, (i * 7 + day * 3) % 5 === 1));
    await before.verifyCitations({ text: [...text, ...(day % 4 === 1 ? [nowhere] : [])].join('\n') });
    process.kill(past.pid, 'SIGUSR2');
    await delay(500);
  }
  await past.stop();

  const server = await startServer({ dataDir: past.dataDir, env });
  const client = clientOf(server);
  await client.startIngest({
    library: 'pictures',
    version: '1.0.0',
    source: { kind: 'directory', path: 'docs/screenshots' },
  });
  await client.createSource({ library: 'handbook', source: { kind: 'web', url: `${site.url}/guide/`, maxPages: 200 } });
  return {
    server,
    client,
    stop: async () => {
      await server.stop();
      await site.stop();
    },
  };
}

const versionOf = (name: string) =>
  (JSON.parse(readFileSync(resolve(root, 'cloud/node_modules', name, 'package.json'), 'utf8')) as { version: string })
    .version;

async function ended(client: Client) {
  for (let tries = 0; tries < 240; tries++) {
    const { items } = await client.listIngests({});
    if (items.every(({ status }) => status !== 'queued' && status !== 'running')) return;
    await delay(500);
  }
  throw new Error('the documentation was not taken within two minutes');
}

/** One of each library, in the order of `installed`. */
const questions = [
  'how is a request validated',
  'a transaction that is rolled back',
  'log levels',
  'time out of a body',
];

/** Sentences with the passages that they stand in. */
async function passagesOf(client: Client, count = questions.length) {
  const answers = await Promise.all(
    questions
      .slice(0, count)
      .map((query, i) => client.searchKnowledge({ query, library: installed[i % installed.length]!, limit: 10 })),
  );
  return answers
    .flatMap(({ results }) => results)
    .flatMap(({ snippet, citationId }) => {
      const quote = snippet
        .replaceAll(/```[^]*?```/g, '')
        .split('\n')
        .find((line) => /^[A-Z][^|<>"`[\]]{40,160}\.$/.test(line));
      return quote === undefined ? [] : [{ quote, citationId }];
    });
}

type Passage = Awaited<ReturnType<typeof passagesOf>>[number];

/** It quotes one of them, or turns round what one says. */
function sentenceOf(passages: readonly Passage[], i: number, isFalse: boolean): string {
  const { quote, citationId } = passages[i % passages.length]!;
  const said = isFalse ? quote.replace(/ (is|are|will|can|be|the) /, ' not $1 ') : quote;
  return `The page says "${said}" [ws:${citationId}].`;
}

const nowhere = 'Somewhere it says "this stands in no page at all" [ws:00000000000000000000].';

/** A site of forty pages that wants to be asked slowly, so that there is an ingest to look at. */
async function startSlowSite() {
  const names = Array.from({ length: 40 }, (_, i) => `/guide/chapter-${i + 1}`);
  const server = createServer(({ url = '/' }, reply) => {
    const host = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    if (url === '/robots.txt') return reply.end(`User-agent: *\nCrawl-delay: 5\nSitemap: ${host}/sitemap.xml\n`);
    if (url === '/sitemap.xml')
      return reply.end(
        `<urlset>${['/guide/', ...names].map((name) => `<url><loc>${host}${name}</loc></url>`).join('')}</urlset>`,
      );
    reply.setHeader('content-type', 'text/html');
    return reply.end(`<title>${url}</title><main><h1>${url}</h1><p>What there is to know of ${url}.</p></main>`);
  });
  const { url, stop } = await listening(server);
  return { url, stop };
}
