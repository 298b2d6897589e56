import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sampleDocs } from '../support/sample-docs.ts';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { armPage, expectNoForeignElements, expectShownAsText, hostileTexts } from './support/hostile-texts.ts';
import { openChromium, openProject, type OwnProject } from './support/shared.ts';
import { takeWritten } from './support/written-folder.ts';

const [tidyCache] = sampleDocs;
const { library, version, pages } = tidyCache!;

describe('steering documentation', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  type Options = { key?: string; width?: number; theme?: 'light' | 'dark' };
  const open = async (project: OwnProject, path: string, { key = project.adminKey(), ...options }: Options = {}) => {
    const dashboard = await openDashboard(browser, { url: project.url, ...options });
    onTestFinished(dashboard.close);
    await dashboard.signIn(key, path);
    await settled(dashboard.page);
    return dashboard;
  };
  const settled = (page: Page) =>
    page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]'));
  const folderOf = async ({ docsDir, id }: OwnProject, name: string, files: Readonly<Record<string, string>>) => {
    const folder = `${id}-${name}`;
    await mkdir(join(docsDir, folder), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(docsDir, folder, path, '..'), { recursive: true });
      await writeFile(join(docsDir, folder, path), text);
    }
    return folder;
  };
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const dialog = (page: Page) => page.getByRole('dialog');
  const field = (page: Page, name: string) => dialog(page).getByLabel(name, { exact: true });

  it('fetches a folder from the page, says at its field which one is refused, and follows it to its end', async () => {
    const project = await openProject('docs that are fetched');
    const folder = await folderOf(project, 'ours', { ...pages, 'empty.md': ' ' });
    const { page, complaints } = await open(project, '/knowledge/ingests');
    // Of the public documentation another test may have fetched some.
    await page.getByText('Nothing was fetched yet').or(page.locator('a.row-link')).first().waitFor();
    await page.keyboard.press('n');
    await field(page, 'Library').fill('no such name!');
    await field(page, 'Version').fill(version);
    await field(page, 'It comes from').selectOption('directory');
    await field(page, 'Folder').fill('/etc');
    await button(page, 'Fetch').click();
    await expect.poll(() => field(page, 'Library').getAttribute('aria-invalid')).toBe('true');
    await field(page, 'Library').fill('our-docs');
    await button(page, 'Fetch').click();
    await expect.poll(() => field(page, 'Folder').getAttribute('aria-invalid')).toBe('true');
    await dialog(page).getByText('does not lie below WHETSTONE_DOC_DIRS of this server').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await field(page, 'Folder').fill(folder);
    await field(page, 'Folder').press('Enter');
    await dialog(page).waitFor({ state: 'detached' });

    const row = page.getByRole('table', { name: 'Ingests' }).locator('tr[data-key]', { hasText: 'our-docs' });
    await row.getByText('done').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `our-docs@${version}` }).waitFor();
    const { items } = await project.client.listIngests({ library: 'our-docs' });
    await expect(page.locator('main dl').innerText()).resolves.toMatch(
      new RegExp(`Pages\\s+2\\b[^]*Index\\s+${items[0]!.chunks} chunks, 0 symbols`),
    );
    await expect(page.getByRole('table', { name: 'Skipped pages' }).innerText()).resolves.toMatch(
      /empty\.md\s+nothing is in it/,
    );
    expect(await page.getByRole('link', { name: 'Read what was taken' }).getAttribute('href')).toBe(
      `/knowledge/libraries/our-docs/${version}`,
    );
    expect(complaints(/ (?:400|403) /)).toEqual([]);
  });

  it('shows how far an ingest is while it goes on, and its end without being asked', async () => {
    const project = await openProject('docs on their way');
    await takeWritten(project, { library, version, pages });
    const { page } = await open(project, '/flags');
    let isHeld = true;
    // What the server says of it, as it was a moment before.
    await page.route('**/api/knowledge/ingests?*', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { items: object[] };
      const before = { status: 'running', step: 'takes pages', pagesDone: 1, pagesExpected: 2, endedAt: null };
      const items = body.items.map((item) => (isHeld ? { ...item, ...before } : item));
      await route.fulfill({ response: answer, json: { ...body, items } });
    });
    await page.goto('/knowledge/ingests');
    const row = page.locator('tr[data-key]', { hasText: library });
    await row.getByText('running').waitFor();
    const bar = row.getByRole('progressbar');
    expect([await bar.getAttribute('aria-valuenow'), await bar.getAttribute('aria-valuetext')]).toEqual([
      '50',
      '1 of 2',
    ]);
    await row.getByText('takes pages').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    isHeld = false;
    await row.getByText('done').waitFor();
    expect(await bar.count()).toBe(0);
  });

  it('says why an ingest failed and what stays, and asks for the same again once it is mended', async () => {
    const project = await openProject('docs that are not there');
    const folder = await folderOf(project, 'late', {});
    await project.client.startIngest({ library, version, source: { kind: 'directory', path: folder } });
    const { page } = await open(project, '/knowledge/ingests');
    await page.getByText('failed').waitFor();
    await page.locator('a.row-link', { hasText: library }).click();
    await page.getByText('has no page that could be taken').waitFor();
    await page.getByText('What was there before is served as it was').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await folderOf(project, 'late', pages);
    await page.keyboard.press('r');
    await page.getByRole('link', { name: 'Read what was taken' }).waitFor();
    const { items } = await project.client.listIngests({ library });
    expect(items.map(({ status, source }) => [status, source])).toEqual([
      ['done', { kind: 'directory', path: folder }],
      ['failed', { kind: 'directory', path: folder }],
    ]);
  });

  it('adds a source, and deletes it with its docs once its name is typed back', async () => {
    const project = await openProject('docs with a source');
    const folder = await folderOf(project, 'own', pages);
    const held = async () =>
      (await project.client.listLibraries({})).items.find((each) => each.library === 'own-docs')?.versions ?? [];
    const { page, complaints } = await open(project, '/knowledge/sources');
    await page.getByText('This project has no sources of its own').waitFor();
    await page.keyboard.press('n');
    await field(page, 'Library').fill('own-docs');
    await field(page, 'It comes from').selectOption('web');
    await field(page, 'Address').fill('ftp://docs.example');
    await button(page, 'Add').click();
    await expect.poll(() => field(page, 'Address').getAttribute('aria-invalid')).toBe('true');
    await field(page, 'It comes from').selectOption('directory');
    await field(page, 'Folder').fill(folder);
    await button(page, 'Add').click();
    await dialog(page).waitFor({ state: 'detached' });
    const row = page.getByRole('table', { name: 'Sources of the project' }).locator('tr[data-key]');
    await row.getByText('done').waitFor();
    await expect(row.innerText()).resolves.toMatch(/own-docs[^]*folder [^]*every week/);
    expect(await held()).toHaveLength(1);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.keyboard.press('j');
    await page.keyboard.press('d');
    await dialog(page).getByRole('checkbox').check();
    const really = button(page, 'Delete it and the docs');
    expect(await really.isDisabled()).toBe(true);
    await dialog(page).getByLabel('Type its name to confirm').fill('own-docs');
    expect(await accessibilityFaults(page)).toEqual([]);
    await really.click();
    await page.getByText('This project has no sources of its own').waitFor();
    expect(await held()).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('leaves the docs there when the source alone is deleted', async () => {
    const project = await openProject('docs without their source');
    const folder = await folderOf(project, 'own', pages);
    const source = { kind: 'directory', path: folder } as const;
    await project.client.createSource({ library: 'own-docs', version, source });
    const { page } = await open(project, '/knowledge/sources');
    await page.locator('tr[data-key]').getByText('done').waitFor();
    await page.locator('tr[data-key]').hover();
    await button(page, `Delete the source of own-docs@${version}`).click();
    await button(page, 'Delete').click();
    await page.getByText('This project has no sources of its own').waitFor();
    const { items } = await project.client.listLibraries({});
    expect(items.find((each) => each.library === 'own-docs')?.versions).toHaveLength(1);
  });

  it('checks citations, shows what was altered beside what the page says, and counts them', async () => {
    const project = await openProject('docs that are cited');
    await takeWritten(project, { library, version, pages });
    const { results } = await project.client.searchKnowledge({ query: 'time to live of an entry', library });
    const cited = results.find(({ snippet }) => snippet.includes('An entry must be dropped'))!;
    const { page, complaints } = await open(project, '/knowledge/citations');
    await page.getByText('nothing was checked in this time').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.keyboard.press('c');
    await page.keyboard.insertText(
      [
        `The page says "An entry must be dropped after 30 seconds" [ws:${cited.citationId}].`,
        `It also says "An entry must be dropped after 45 seconds" [ws:${cited.citationId}].`,
        'And "nothing of the kind stands there" [ws:0123456789abcdef0123].',
      ].join('\n'),
    );
    await page.keyboard.press('Control+Enter');
    await page.getByText('1 of 3 found, 1 altered, 1 unknown').waitFor();
    const listed = page.getByRole('list', { name: 'Checked citations' }).locator('> li');
    const texts = (await listed.allInnerTexts()).map(oneLine);
    expect(texts[0]).toMatch(/✓ found tidy-cache@1\.4\.0 docs\/caching\.md, line 7 An entry must be dropped after 30/);
    expect(texts[1]).toMatch(/≠ altered [^]*number page says − 30 was cited \+ 45$/);
    expect(texts[2]).toMatch(/\? unknown 0123456789abcdef0123 /);
    const link = await listed.first().getByRole('link').getAttribute('href');
    expect(link).toBe('/knowledge/libraries/tidy-cache/1.4.0/page?path=docs%2Fcaching.md&lines=7');
    expect(await accessibilityFaults(page)).toEqual([]);

    const accuracy = page.getByRole('region', { name: 'Accuracy' });
    await expect.poll(() => accuracy.innerText()).toMatch(/33\.3 %\s+\[6\.1, 79\.2\]\s+n=3/);
    const report = await project.client.getCitationReport({});
    await expect(accuracy.locator('dl').innerText().then(oneLine)).resolves.toBe(
      `served ${report.served} ✓ found 1 ≠ altered 1 ⇄ wrong version 0 ◌ stale 0 ? unknown 1`,
    );
    await expect(page.getByRole('table', { name: 'Citations by library' }).innerText().then(oneLine)).resolves.toMatch(
      new RegExp(`tidy-cache@1\\.4\\.0 50\\.0 % \\[9\\.5, 90\\.5\\] n=2 ${report.served} 1 1 0 0 0$`),
    );
    await page.getByText('1 that was checked names no passage that is known').waitFor();
    await page.locator('canvas').nth(2).waitFor();
    await page.getByRole('heading', { name: 'Citations', exact: true }).click();
    await page.keyboard.press('t');
    await expect(page.getByRole('table', { name: 'Citations by day' }).innerText().then(oneLine)).resolves.toMatch(
      new RegExp(`${report.days[0]!.day} 33\\.3 % \\[6\\.1, 79\\.2\\] n=3 ${report.served} 1 1 0 0 1$`),
    );
    expect(complaints()).toEqual([]);
  });

  it('says how citations are marked where a text has none', async () => {
    const project = await openProject('docs that nobody cites');
    const { page } = await open(project, '/knowledge/citations');
    await page.getByLabel('Text with [ws:ID] behind what it quotes').fill('Nothing is cited here.');
    await button(page, 'Check').click();
    await page.getByText('No citation was found').waitFor();
    expect((await project.client.getCitationReport({})).checked).toBe(0);
  });

  it('lets a viewer read all of it, and says why they can change none of it', async () => {
    const project = await openProject('docs for readers');
    await takeWritten(project, { library, version, pages });
    const { secret } = await project.client.createKey({ name: 'reader', role: 'viewer' });
    const { page, complaints } = await open(project, '/knowledge/ingests', { key: secret });
    const why = (role: string) => `Your key is a viewer key; this needs the role ${role}`;
    expect(await button(page, 'Fetch documentation').getAttribute('title')).toBe(why('agent'));
    expect(await button(page, 'Fetch documentation').isDisabled()).toBe(true);
    await page.keyboard.press('n');
    expect(await dialog(page).count()).toBe(0);
    await page.locator('a.row-link', { hasText: library }).click();
    await page.getByRole('heading', { name: `${library}@${version}` }).waitFor();
    expect(await button(page, 'Fetch it again').isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Sources' }).click();
    await page.getByText('This project has no sources of its own').waitFor();
    expect(await button(page, 'Add a source').getAttribute('title')).toBe(why('editor'));
    expect(await button(page, 'Add a source').isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Citations' }).click();
    await page.getByText(why('agent')).waitFor();
    expect(await page.getByRole('textbox').isDisabled()).toBe(true);
    expect(complaints()).toEqual([]);
  });

  it('says what failed, with the id by which the log of the server knows it', async () => {
    const project = await openProject('docs that fail');
    const { page } = await open(project, '/flags');
    const problem = { code: 'internal', detail: 'internal error', requestId: 'request-of-the-test' };
    await page.route('**/api/knowledge/**', (route) =>
      route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    );
    for (const path of ['/knowledge/ingests', '/knowledge/sources', '/knowledge/citations']) {
      await page.goto(path);
      await page.getByText('request-of-the-test').first().waitFor();
    }
    await page.unroute('**/api/knowledge/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('nothing was checked in this time').waitFor();
  });

  it('shows whatever a text cites as the text it is', async () => {
    const project = await openProject('docs with odd quotes');
    const dashboard = await openDashboard(browser, { url: project.url });
    onTestFinished(dashboard.close);
    const { page } = dashboard;
    const { alarms, foreign } = await armPage(page);
    await dashboard.signIn(project.adminKey(), '/knowledge/citations');
    const texts = hostileTexts.filter((text) => /^[^"“”„«»[\]\n]+$/.test(text)).slice(0, 8);
    expect(texts.length).toBeGreaterThan(3);
    await page
      .getByLabel('Text with [ws:ID] behind what it quotes')
      .fill(texts.map((text) => `“${text} says so” [ws:1234].`).join('\n\n'));
    await button(page, 'Check').click();
    await page.getByText(`0 of ${texts.length} found`).waitFor();
    await page.getByLabel('Text with [ws:ID] behind what it quotes').fill('');
    await expectShownAsText(page, texts);
    await expectNoForeignElements(page);
    expect([alarms, foreign]).toEqual([[], []]);
  });

  it.each([
    { theme: 'light', width: 1440 },
    { theme: 'dark', width: 360 },
  ] as const)('has no accessibility faults and nothing wider than the window, $theme at $width', async (look) => {
    const project = await openProject(`docs in ${look.theme}`);
    const { id } = await takeWritten(project, {
      library: `@${'long'.repeat(20)}/${'name'.repeat(20)}`,
      version,
      pages: { ...pages, [`${'deep/'.repeat(30)}empty.md`]: ' ' },
    });
    const source = { kind: 'directory', path: await folderOf(project, 'own', pages) } as const;
    await project.client.createSource({ library: 'own-docs', source });
    const { page, complaints } = await open(project, '/flags', look);
    const { items } = await project.client.listIngests({});
    const taken = items.find((each) => each.id === id)!;
    for (const path of [
      '/knowledge/ingests',
      `/knowledge/ingests?${new URLSearchParams({ library: taken.library, id }).toString()}`,
      '/knowledge/sources',
      '/knowledge/citations',
      '/knowledge/citations?as=table',
    ]) {
      await page.goto(path);
      await settled(page);
      expect(await accessibilityFaults(page), path).toEqual([]);
      await expectNoSidewaysScroll(page);
    }
    expect(complaints()).toEqual([]);
  });
});

/** A sign stands apart from its word, though no space does. */
const oneLine = (text: string) =>
  text
    .replace(/([✓≠⇄◌?])(?=\w)/g, '$1 ')
    .replace(/\s+/g, ' ')
    .trim();
