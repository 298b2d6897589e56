import { createClient } from '@whetstone/shared/client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startServer } from '../support/server.ts';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { documentOf } from './support/documents.ts';
import { openChromium, openProject, type OwnProject } from './support/shared.ts';

describe('the list of flags', () => {
  let project: OwnProject;
  let browser: Browser;
  const admin = () => project.client;
  beforeAll(async () => {
    [project, browser] = await Promise.all([openProject('list of flags'), openChromium()]);
    const flags = [
      documentOf('alpha-prompt', { description: 'A shorter prompt', tags: ['prompts'], owner: 'ada' }),
      documentOf('beta-model', {
        tags: ['models'],
        owner: 'grace',
        fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage: 25 },
      }),
      documentOf('gamma-tool', { enabled: false, description: 'Runs shell commands' }),
      documentOf('delta-rules', {
        rules: [{ id: 'r1', when: [], serve: { variant: 'on' } }],
      }),
    ];
    for (const flag of flags) await admin().createFlag(flag);
    // Counted within a minute, which the other tests take.
    await admin().recordExposures({ exposures: [{ flag: 'delta-rules', variant: 'on', unit: 'ann' }] });
  });
  afterAll(() => browser.close());

  const open = async (options: { theme?: 'light' | 'dark'; width?: number; path?: string } = {}) => {
    const { path, ...look } = options;
    const dashboard = await openDashboard(browser, { url: project.url, ...look });
    onTestFinished(dashboard.close);
    await dashboard.signIn(project.adminKey(), path);
    await dashboard.page.locator('a.row-link').first().waitFor();
    const keys = () => dashboard.page.locator('a.row-link').allTextContents();
    const row = (key: string) => dashboard.page.locator(`tr[data-key="${key}"]`);
    return { ...dashboard, keys, row };
  };

  it('says of each flag its state in words, what it serves, its tags and its owner', async () => {
    const { row, complaints } = await open();
    const cells = async (key: string) =>
      (await row(key).locator('td').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
    expect(await cells('alpha-prompt')).toMatchObject([
      'alpha-prompt A shorter prompt',
      expect.stringMatching(/^●\s*on$/),
      'off',
      'prompts',
      'ada',
      expect.stringMatching(/^-/),
      expect.stringMatching(/ago|now/),
    ]);
    expect((await cells('beta-model'))[2]).toBe('25 % on');
    expect((await cells('gamma-tool'))[1]).toMatch(/^○\s*off$/);
    expect((await cells('delta-rules'))[2]).toBe('1 rule, else off');
    expect(complaints()).toEqual([]);
  });

  it('finds by key, description, tag and owner, all words at once, and keeps the search in the address', async () => {
    const { page, keys } = await open();
    const search = page.getByRole('searchbox');
    for (const [text, found] of [
      ['beta', ['beta-model']],
      ['SHORTER', ['alpha-prompt']],
      ['grace', ['beta-model']],
      ['prompts', ['alpha-prompt']],
      ['prompt ada', ['alpha-prompt']],
      ['prompt grace', []],
    ] as const) {
      await search.fill(text);
      await expect.poll(keys).toEqual(found);
    }
    await page.getByText('No flag fits').waitFor();
    await page.getByRole('button', { name: 'Clear search and filters' }).click();
    await expect.poll(keys).toHaveLength(4);
    await search.fill('beta');
    await expect.poll(() => new URL(page.url()).search).toBe('?q=beta');
    await page.reload();
    await expect.poll(keys).toEqual(['beta-model']);
  });

  it('filters by state and tag', async () => {
    const { page, keys } = await open();
    await page.getByLabel('State').selectOption('Off');
    await expect.poll(keys).toEqual(['gamma-tool']);
    await page.getByLabel('State').selectOption('Any state');
    await page.getByLabel('Tag', { exact: true }).selectOption('models');
    await expect.poll(keys).toEqual(['beta-model']);
  });

  it('is worked by keys alone', async () => {
    const { page, keys } = await open();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await expect.poll(keys).toHaveLength(4);
    const [first, second] = await keys();
    await page.keyboard.press('j');
    await expect.poll(focused).toBe(first);
    await page.keyboard.press('j');
    await expect.poll(focused).toBe(second);
    await page.keyboard.press('k');
    await expect.poll(focused).toBe(first);
    await page.keyboard.press('/');
    await page.keyboard.type('jk gamma');
    await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('jk gamma');
    await page.keyboard.press('Escape');
    await expect.poll(keys).toHaveLength(4);
    await page.keyboard.press('/');
    await page.keyboard.type('gamma');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('gamma-tool');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'gamma-tool' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.getByRole('heading', { name: 'Flags' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    const listed = (await page.getByRole('dialog').locator('dd').allInnerTexts()).sort();
    expect(listed).toEqual([
      'Edit the flag of the row',
      'Go to Docs',
      'Go to Feedback',
      'Go to Flags',
      'Go to Leaderboard',
      'Go to Models',
      'Go to Segments',
      'New flag',
      'New flag in the editor',
      'Next row',
      'Open the row',
      'Row before',
      'Search',
      'These shortcuts',
    ]);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  });

  it('leads with the first Tab past the navigation to the content', async () => {
    const { page } = await open();
    await page.reload();
    await page.locator('a.row-link').first().waitFor();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to content' });
    expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('main')?.id)).toBe('content');
  });

  it('shows what another client changes, in its place and at once', async () => {
    const { page, row, complaints } = await open();
    await admin().createFlag({ key: 'live-change', rolloutPercentage: 10 });
    await page.getByRole('button', { name: 'Show 1 new' }).click();
    const live = row('live-change');
    await live.waitFor();
    await live.getByRole('link').focus();
    const flag = await admin().getFlag({ key: 'live-change' });
    await admin().updateFlag({
      ...withoutServerFields(flag),
      version: flag.version,
      fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage: 75 },
    });
    await live.getByText('75 % on').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('live-change');
    await admin().archiveFlag({ key: 'live-change' });
    await live.getByText('archived').waitFor();
    await page.reload();
    await page.locator('a.row-link').first().waitFor();
    expect(await row('live-change').count()).toBe(0);
    expect(complaints()).toEqual([]);
  });

  it('moves no row when a flag comes before those one reads', async () => {
    const { page, row, keys } = await open();
    const before = await row('beta-model').boundingBox();
    const shown = await keys();
    await admin().createFlag({ key: 'aaa-comes-first', rolloutPercentage: 10 });
    await page.getByRole('button', { name: 'Show 1 new' }).waitFor();
    expect(await row('beta-model').boundingBox()).toEqual(before);
    expect(await keys()).toEqual(shown);
    await admin().archiveFlag({ key: 'aaa-comes-first' });
    await expect.poll(() => page.getByRole('button', { name: 'Show 1 new' }).count()).toBe(0);
  });

  it('makes a flag by the short form, naming what is wrong with a field', async () => {
    const { page, complaints } = await open();
    await page.getByRole('button', { name: 'New flag' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Key', { exact: true }).fill('Not A Key');
    await dialog.getByRole('button', { name: 'Create flag' }).click();
    await dialog.getByText('a flag key is 1 to 128 of').waitFor();
    await dialog.getByLabel('Key', { exact: true }).fill('made-by-hand');
    await dialog.getByLabel('per cent').fill('12.5');
    await dialog.getByLabel('users').last().fill('alice, bob');
    await dialog.getByRole('button', { name: 'Create flag' }).click();
    await page.getByRole('heading', { name: 'made-by-hand' }).waitFor();
    expect(await admin().getFlag({ key: 'made-by-hand' })).toMatchObject({
      rules: [{ when: [{ values: ['alice', 'bob'] }] }],
      fallthrough: { coverage: 12.5 },
    });
    expect(complaints()).toEqual([]);
  });

  it('takes the key on to the full editor, where nothing is made before its dry run was seen', async () => {
    const { page, complaints } = await open();
    await page.keyboard.press('n');
    await page.getByRole('dialog').getByLabel('Key', { exact: true }).fill('beta-model');
    await page.getByRole('button', { name: 'Full editor' }).click();
    await page.getByRole('heading', { name: 'New flag' }).waitFor();
    await page.getByText('there is a flag called beta-model already').waitFor();
    const create = page.getByRole('button', { name: 'Review and create' });
    expect(await create.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Key', exact: true }).fill('by-editor');
    await page.getByRole('button', { name: 'JSON' }).click();
    const text = page.getByLabel('The flag as JSON, as the API takes it');
    await text.fill('{');
    expect(await create.isDisabled()).toBe(true);
    await text.fill(JSON.stringify(documentOf('by-editor', { variants: { on: { deep: [1] }, off: null }, rules: [] })));
    await page.getByRole('button', { name: 'Targeting' }).click();
    expect(await page.getByLabel('Value of variant on').inputValue()).toContain('deep');
    await page.locator('main').press('ControlOrMeta+s');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Who moves').waitFor();
    await expect(admin().getFlag({ key: 'by-editor' })).rejects.toThrow(/by-editor/);
    await dialog.getByLabel('Reason, for whoever reads the history').fill('asked for in review');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'by-editor' }).waitFor();
    const [first] = (await admin().getFlagHistory({ key: 'by-editor' })).items;
    expect(first).toMatchObject({ action: 'created', reason: 'asked for in review' });
    expect(first?.flag.variants).toEqual({ on: { deep: [1] }, off: null });
    expect(complaints()).toEqual([]);
  });

  it('asks before a new flag is left half written, and says what the server refuses', async () => {
    await admin().createFlag(documentOf('once-archived'));
    await admin().archiveFlag({ key: 'once-archived' });
    const { page, complaints } = await open({ path: '/flags' });
    await page.keyboard.press('Shift+N');
    await page.getByRole('heading', { name: 'New flag' }).waitFor();
    await page.getByRole('link', { name: 'Flags' }).first().click();
    await page.locator('a.row-link').first().waitFor();
    await page.goto('/flags/new?key=once-archived');
    await page.getByLabel('Description').fill('again');
    await page.getByRole('link', { name: 'Segments' }).click();
    await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor();
    await page.getByRole('button', { name: 'Stay' }).click();
    await page.getByRole('button', { name: 'Review and create' }).click();
    await page.getByRole('dialog').getByText('Nothing was written').waitFor();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Create' }).isDisabled()).toBe(true);
    expect(complaints(/409/)).toEqual([]);
  });

  it.each([
    ['light', 1440],
    ['dark', 360],
  ] as const)('makes new flags on a page without faults: %s, %i px', async (theme, width) => {
    const dashboard = await openDashboard(browser, { url: project.url, theme, width });
    onTestFinished(dashboard.close);
    const { page, signIn, complaints } = dashboard;
    await signIn(project.adminKey(), '/flags/new?key=faultless');
    await page.getByLabel('userId', { exact: true }).fill('ann');
    expect(await accessibilityFaults(page)).toEqual([]);
    await expectNoSidewaysScroll(page);
    expect(complaints()).toEqual([]);
  });

  it('keeps in reach a flag that is called as that page', async () => {
    await admin().createFlag(documentOf('new'));
    const { page, row } = await open();
    await row('new').getByRole('link').click();
    await page.getByRole('heading', { name: 'new', exact: true }).waitFor();
    await page.getByRole('navigation', { name: 'Parts of this flag' }).getByRole('link', { name: 'History' }).click();
    await page.getByRole('link', { name: 'Targeting' }).click();
    await page.getByLabel('Description').waitFor();
  });

  it('archives a flag whose key was typed back, and restores it from the archived ones', async () => {
    await admin().createFlag({ key: 'had-its-time', rolloutPercentage: 100 });
    const { page, row, complaints } = await open();
    await row('had-its-time').hover();
    await row('had-its-time').getByRole('button', { name: 'Archive' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Archive' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Type its key').fill('had-its-tim');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Type its key').fill('had-its-time');
    await dialog.getByLabel('Reason').fill('nobody asks');
    await confirm.click();
    await row('had-its-time').getByText('archived').waitFor();
    await vi.waitFor(async () => expect((await admin().getFlag({ key: 'had-its-time' })).archivedAt).toBeDefined());

    const [newest] = (await admin().getFlagHistory({ key: 'had-its-time' })).items;
    expect(newest).toMatchObject({ action: 'archived', reason: 'nobody asks' });
    await page.getByLabel('State').selectOption('Archived');
    await row('had-its-time').hover();
    await row('had-its-time').getByRole('button', { name: 'Restore' }).click();
    await row('had-its-time').getByText('restored').waitFor();
    expect((await admin().getFlag({ key: 'had-its-time' })).archivedAt).toBeUndefined();
    expect(complaints()).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has nothing that axe-core finds fault with: %s', async (theme) => {
    const { page, row, signIn: _, complaints } = await open({ theme });
    expect(await accessibilityFaults(page)).toEqual([]);
    await row('beta-model').getByRole('link').focus();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('?');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.getByRole('dialog').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('follows the theme of the system, or keeps the one that was chosen', async () => {
    const { page } = await open({ theme: 'dark' });
    const canvas = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await canvas()).toBe('rgb(18, 20, 23)');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(canvas).toBe('rgb(255, 255, 255)');
    await page.getByRole('button', { name: 'Dark' }).click();
    await expect.poll(canvas).toBe('rgb(18, 20, 23)');
    await page.reload();
    await page.locator('a.row-link').first().waitFor();
    expect(await canvas()).toBe('rgb(18, 20, 23)');
  });

  it('fits on 360 pixels: two columns, the rail at the bottom, everything in reach', async () => {
    const { page, complaints } = await open({ width: 360 });
    await expectNoSidewaysScroll(page);
    const shown = page.getByRole('columnheader');
    expect(await shown.evaluateAll((all) => all.filter((each) => each.checkVisibility()).length)).toBe(2);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('dialog').getByLabel('Project').waitFor();
    await expectNoSidewaysScroll(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New flag' }).click();
    await page.getByRole('dialog').waitFor();
    await expectNoSidewaysScroll(page);
    expect(complaints()).toEqual([]);
  });

  it('keeps still for who asked for less motion', async () => {
    const dashboard = await openDashboard(browser, { url: project.url, reducedMotion: true });
    onTestFinished(dashboard.close);
    await dashboard.page.route('**/api/flags?*', () => undefined);
    await dashboard.signIn(project.adminKey());
    const bar = dashboard.page.locator('.animate-pulse').first();
    await bar.waitFor();
    expect(await bar.evaluate((element) => getComputedStyle(element).animationName)).toBe('none');
  });

  it('says when a flag was last evaluated, and of a stale one why', async () => {
    await admin().createFlag(documentOf('had-its-day', { expiresAt: '2026-01-01T00:00:00.000Z' }));
    const listed = async () => new Map((await admin().listFlags({})).items.map((flag) => [flag.key, flag]));
    await expect
      .poll(async () => (await listed()).get('delta-rules')?.lastEvaluatedAt, { timeout: 90_000 })
      .toBeTruthy();
    const { page, row, keys } = await open();
    const evaluated = row('delta-rules').locator('td').nth(5);
    expect(await evaluated.locator('time').getAttribute('datetime')).toBe(
      (await listed()).get('delta-rules')?.lastEvaluatedAt,
    );
    const why = (await listed()).get('had-its-day')?.staleReasons[0]?.text;
    expect(why).toBeTruthy();
    expect(await row('had-its-day').getByText('stale').getAttribute('title')).toContain(why);
    await page.getByLabel('Stale only').check();
    await expect.poll(keys).toEqual(['had-its-day']);
    await admin().archiveFlag({ key: 'had-its-day' });
  }, 150_000);
});

describe('when not all is well', () => {
  let project: OwnProject;
  let browser: Browser;
  beforeAll(async () => {
    [project, browser] = await Promise.all([openProject('not all well'), openChromium()]);
  });
  afterAll(() => browser.close());

  it('says what an empty project is for and how to fill it', async () => {
    const { page, signIn, close } = await openDashboard(browser, { url: project.url });
    onTestFinished(close);
    await signIn(project.adminKey());
    await page.getByText('No flags yet').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('shows rows of bars while it loads, and of a failure what to do and the request id', async () => {
    const { page, signIn, close } = await openDashboard(browser, { url: project.url });
    onTestFinished(close);
    let answer = (): unknown => undefined;
    await page.route('**/api/flags?*', async (route) => {
      await new Promise((ready) => (answer = () => ready(undefined)));
      await route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'internal', detail: 'internal error', requestId: 'abc.42' }),
      });
    });
    await signIn(project.adminKey());
    await page.locator('table[aria-busy=true] .animate-pulse').first().waitFor();
    answer();
    await page.getByText('The flags could not be loaded').waitFor();
    await page.getByText('abc.42').waitFor();
    await page.unroute('**/api/flags?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No flags yet').waitFor();
  });

  it('says when the connection is lost, and goes on from there when it is back', async () => {
    const server = await startServer();
    const { page, signIn, close } = await openDashboard(browser, { url: server.url });
    onTestFinished(close);
    await signIn(server.adminKey());
    await page.getByText('No flags yet').waitFor();
    const { port } = new URL(server.url);
    await server.stop();
    await page.getByText('Connection lost').waitFor();
    expect(await page.getByRole('button', { name: 'New flag' }).isDisabled()).toBe(true);
    const again = await startServer({ dataDir: server.dataDir, env: { PORT: port } });
    onTestFinished(async () => void (await again.stop()));
    const client = createClient({ baseUrl: again.url, apiKey: again.adminKey() });
    await client.createFlag({ key: 'after-the-break', rolloutPercentage: 5 });
    await expect.poll(() => page.getByText('Connection lost').count(), { timeout: 15_000 }).toBe(0);
    // Still signed in: the secret that signs cookies outlives a restart.
    await page.getByRole('button', { name: 'Show 1 new' }).click();
    await page.getByRole('link', { name: 'after-the-break' }).waitFor();
    // Two servers start.
  }, 120_000);
});

/** What a person writes of a flag. */
function withoutServerFields<T extends object>(flag: T) {
  const { version: _, createdAt: _1, updatedAt: _2, archivedAt: _3, ...rest } = flag as Record<string, unknown>;
  return rest as Omit<T, 'version' | 'createdAt' | 'updatedAt' | 'archivedAt'>;
}
