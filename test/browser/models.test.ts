import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { armPage, expectNoForeignElements, expectShownAsText, hostileTexts } from './support/hostile-texts.ts';
import { followRecommendations, sampleIncumbent, sendSampleOutcomes } from './support/sample-outcomes.ts';
import { openChromium, openProject, type OwnProject } from './support/shared.ts';

const paths = [
  '/models',
  '/models/model?id=sample%2Flarge',
  '/models/playground?taskType=refactor&language=typescript&verify=tests',
  '/models/rescues',
  '/models/rescues?as=table',
  '/models/cost',
  '/models/cost?as=table',
  '/models/savings',
  '/models/savings?as=table',
  '/models/settings',
];

describe('the pages of models', () => {
  let browser: Browser;
  let project: OwnProject;

  beforeAll(async () => {
    [browser, project] = await Promise.all([openChromium(), openProject('models')]);
    await sendSampleOutcomes(project.client);
    await followRecommendations(project.client, 24);
  });
  afterAll(() => browser?.close());

  type Options = { key?: string; width?: number; theme?: 'light' | 'dark' };
  const open = async (path: string, { key = project.adminKey(), ...options }: Options = {}) => {
    const dashboard = await openDashboard(browser, { url: project.url, ...options });
    onTestFinished(dashboard.close);
    await dashboard.signIn(key, path);
    await dashboard.page.waitForFunction(
      () => document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]'),
    );
    return dashboard;
  };
  const keyOf = async (role: 'viewer' | 'agent') => (await project.client.createKey({ name: role, role })).secret;

  it('say what they are for and give the command that fills them, before there is any outcome', async () => {
    const empty = await openProject('models without outcomes');
    for (const path of ['/models', '/models/rescues', '/models/cost']) {
      const { page } = await open(path, { key: empty.adminKey() });
      await page.getByText('No outcomes yet').waitFor();
      await expect(page.getByLabel('The command').innerText()).resolves.toContain('/api/portfolio/record');
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    const { page } = await open('/models/savings', { key: empty.adminKey() });
    await page.getByText('No recommendation in this time').waitFor();
    await expect.poll(() => page.getByRole('table', { name: 'Targets' }).innerText()).toContain('not enough data');
    await expect(page.getByRole('table', { name: 'Targets' }).innerText()).resolves.not.toMatch(/\b(?:not )?met\b/);
  });

  it('are a key away, and group tied models, each rate with its interval and its n', async () => {
    const { page, complaints } = await open('/flags');
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    const table = page.getByRole('table', { name: 'Models by kind of task' });
    await table.locator('tr[data-key]').first().waitFor();
    const rows = (await table.locator('tbody tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
    expect(rows[0]).toMatch(/^All tasks: \d+ tied, cheapest first$|^All tasks: the best alone$/);
    const large = rows.find((text) => text.startsWith('sample/large'));
    expect(large).toMatch(/\d+\.\d % \[\d+\.\d, \d+\.\d\] n=\d+ \d+(?:-\d+)? \$0\.\d+, \$0\.\d+/);
    const unpriced = table.locator('tr[data-key]').filter({ hasText: 'sample/unpriced' }).first();
    await expect(unpriced.getByTitle('No attempt here has a known cost').first().innerText()).resolves.toBe('-');
    expect(complaints()).toEqual([]);
  });

  it('are filtered by kind of task in the address, and lead to what is known of one model', async () => {
    const { page } = await open('/models');
    await page.getByLabel('Task type').selectOption('bugfix');
    await page.waitForURL(/taskType=bugfix/);
    await page.reload();
    await page.locator('tr[data-key]').first().waitFor();
    const heads = await page.getByRole('table').locator('tbody th').allInnerTexts();
    expect(heads.length).toBeGreaterThan(0);
    for (const head of heads) expect(head).toMatch(/^bugfix · python/);
    await page.getByRole('link', { name: 'sample/medium' }).first().click();
    await page.waitForURL(/\/models\/model\?id=sample%2Fmedium/);
    await page.getByText('refactor · typescript · high').waitFor();
    await expect(page.locator('main').innerText()).resolves.toMatch(/Price\s+- not known/);
  });

  it('begin a new epoch of a model that changed, and say why', async () => {
    const own = await openProject('models that change');
    await sendSampleOutcomes(own.client);
    const { page } = await open('/models/model?id=sample%2Fsmall', { key: own.adminKey() });
    await page.getByRole('button', { name: 'It changed' }).click();
    await page.getByLabel('Why').fill('version 2 came out');
    await page.getByRole('button', { name: 'Begin a new epoch' }).click();
    await page.getByText(/^\d+, since .*: version 2 came out$/).waitFor();
    const { models } = await own.client.getPortfolioModels({});
    expect(models.find(({ model }) => model === 'sample/small')?.epochWhy).toContain('version 2 came out');
  });

  it('answer in the playground with the whole receipt, which its address brings back, and log none of it', async () => {
    const made = async () => (await project.client.getPortfolioReport({})).recommendations.made;
    const before = await made();
    const { page, complaints } = await open('/models/playground');
    await page.getByLabel('Task type').fill('refactor');
    await page.getByLabel('Language').fill('typescript');
    await page.getByLabel('Attempts are checked by').selectOption('tests');
    await page.waitForURL(/taskType=refactor&language=typescript&verify=tests/);
    const answer = page.getByRole('region', { name: 'Recommendation' });
    await answer.waitFor();
    await page.waitForFunction(() => !document.querySelector('main [aria-busy=true]'));
    const receipt = page.locator('main');
    for (const part of ['Plan', 'Evidence', 'Alternatives', 'Filters', 'Where it comes from'])
      await receipt.getByRole('heading', { name: part }).waitFor();
    await expect(receipt.getByRole('table', { name: 'Alternatives' }).innerText()).resolves.toMatch(/n=\d+/);
    const said = await answer.innerText();
    const again = await open(new URL(page.url()).pathname + new URL(page.url()).search);
    await again.page.getByRole('region', { name: 'Recommendation' }).waitFor();
    await expect.poll(() => again.page.getByRole('region', { name: 'Recommendation' }).innerText()).toBe(said);
    // What is logged is written down behind the requests: one that is logged tells when all before it are.
    await project.client.recommendModel({ taskType: 'refactor', taskId: 'one that counts' });
    await expect.poll(made, { timeout: 20_000 }).toBe(before + 1);
    expect(complaints()).toEqual([]);
  });

  it('name the filter that took all models out, and complain of what is no number beside its field', async () => {
    const { page } = await open('/models/playground?maxCost=0.000001');
    await page.getByText('No model is left: maxCost').waitFor();
    await page.getByLabel('Cost per attempt at most, USD').fill('cheap');
    await expect.poll(() => page.getByLabel('Cost per attempt at most, USD').getAttribute('aria-invalid')).toBe('true');
  });

  it('tell a viewer why nobody answers in the playground, and let them read the settings alone', async () => {
    const key = await keyOf('viewer');
    const { page, complaints } = await open('/models/playground?taskType=refactor', { key });
    await page.getByText('Your key is a viewer key; this needs the role agent').waitFor();
    await expect(page.getByLabel('Task type').isDisabled()).resolves.toBe(true);
    await page.goto('/models/settings');
    await page.getByText('it may read the settings of models, not change them').waitFor();
    await expect(page.getByRole('button', { name: 'Review and save' }).isDisabled()).resolves.toBe(true);
    await expect(page.getByLabel('Margin').isDisabled()).resolves.toBe(true);
    expect(complaints()).toEqual([]);
  });

  it('show who rescues whom with how many tasks, and the same as a table at a key', async () => {
    const { page } = await open('/models/rescues');
    const matrix = page.getByRole('region', { name: 'Rescues as a matrix' });
    await expect(matrix.innerText()).resolves.toMatch(/\d+ %\s+n=\d+/);
    await page.keyboard.press('t');
    await page.waitForURL(/as=table/);
    const list = page.getByRole('table', { name: 'Rescues' });
    await expect(list.innerText()).resolves.toMatch(/After sample\/\w+ had failed/);
    await page.keyboard.press('t');
    await matrix.waitFor();
  });

  it('draw cost against quality, and say in the table what is on the front, tied and the incumbent', async () => {
    const { page } = await open('/models/cost');
    await page.locator('canvas').waitFor();
    await page.getByText('1 without a known cost is left out').waitFor();
    await page.keyboard.press('t');
    const rows = page.getByRole('table', { name: 'Cost and quality' }).locator('tbody tr');
    const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    expect(texts.map((text) => /sample\/\w+/.exec(text)?.[0])).toEqual([
      'sample/small',
      'sample/medium',
      'sample/large',
    ]);
    expect(texts[0]).toContain('◆ on the front');
    expect(texts[2]).toContain('■ incumbent');
  });

  it('count what recommendations brought, and never call a target met without the data', async () => {
    const { page } = await open('/models/savings');
    const { recommendations, targets } = await project.client.getPortfolioReport({});
    await page.getByRole('heading', { name: `Against ${sampleIncumbent}` }).waitFor();
    await expect(page.locator('dl').first().innerText()).resolves.toMatch(
      new RegExp(`made\\s+${recommendations.made}\\b`),
    );
    const words = { met: '✓met', not_met: '✗not met', not_enough_data: '…not enough data' };
    const shown = await page.getByRole('table', { name: 'Targets' }).locator('tbody tr').allInnerTexts();
    expect(shown.map((text) => text.replace(/\s+/g, ' ').trim())).toEqual(
      targets.map(({ verdict, why }) => expect.stringMatching(new RegExp(`${escaped(why)}.*${words[verdict]}$`))),
    );
    await page.getByRole('button', { name: '7d' }).click();
    await page.waitForURL(/range=7d/);
  });

  it('save settings by a key after showing what changes, ask before leaving, and compare two versions', async () => {
    const own = await openProject('settings of models');
    const { page, complaints } = await open('/models/settings', { key: own.adminKey() });
    const { keyboard } = page;
    await page.getByText('version 0').waitFor();
    await page.getByLabel('Margin').focus();
    for (let presses = 0; presses < 4; presses++) await keyboard.press('ArrowRight');
    await page.getByText('5 points', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Cells' }).click();
    await page.getByRole('button', { name: 'Stay' }).click();
    await keyboard.press('Control+s');
    await expect(page.getByRole('region', { name: 'What changes' }).innerText()).resolves.toMatch(
      /margin\s+0\.03 → 0\.05/,
    );
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('version 1').waitFor();
    expect((await own.client.getPortfolioModels({})).settings.margin).toBe(0.05);

    await page.getByLabel('Incumbent').fill('mine');
    const { settings } = await own.client.getPortfolioModels({});
    await own.client.putPortfolioModels({ settings: { ...settings, incumbent: 'theirs', deny: ['bad'] }, version: 1 });
    await keyboard.press('Control+s');
    // By now the page may have seen the other version by itself; else the refusal tells of it.
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await page.getByRole('dialog').waitFor();
    if (await save.isVisible()) await save.click();
    const both = page.getByRole('region', { name: 'Both versions' });
    await expect
      .poll(() => both.innerText().then((text) => text.replace(/\s+/g, ' ')))
      .toMatch(/incumbent ! both, differently mine theirs/);
    await page.getByRole('button', { name: 'Put mine on top' }).click();
    await keyboard.press('Control+s');
    await save.click();
    await page.getByText('version 3').waitFor();
    expect((await own.client.getPortfolioModels({})).settings).toMatchObject({ incumbent: 'mine', deny: ['bad'] });
    expect(complaints(/409/)).toEqual([]);
  });

  it('say what failed, with the id by which the log of the server knows it', async () => {
    const { page } = await open('/flags');
    const problem = { code: 'internal', detail: 'internal error', requestId: 'request-of-the-test' };
    await page.route('**/api/portfolio/report*', (route) =>
      route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    );
    await page.goto('/models');
    await page.getByText('request-of-the-test').waitFor();
    await page.unroute('**/api/portfolio/report*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('tr[data-key]').first().waitFor();
  });

  it.each([
    { theme: 'light', width: 1440 },
    { theme: 'dark', width: 360 },
  ] as const)('have no accessibility faults and nothing wider than the window, $theme at $width', async (look) => {
    const { page, complaints } = await open('/flags', look);
    for (const path of paths) {
      await page.goto(path);
      await page.waitForFunction(
        () => document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]'),
      );
      expect(await accessibilityFaults(page), path).toEqual([]);
      await expectNoSidewaysScroll(page);
    }
    expect(complaints()).toEqual([]);
  });

  it('show whatever a model, a task or a repository is called as the text it is', async () => {
    const own = await openProject('models with odd names');
    const texts = hostileTexts.slice(0, 12);
    await own.client.recordOutcomes({
      outcomes: texts.map((text) => ({
        model: text,
        taskType: text.slice(0, 128),
        repoId: text,
        outcome: 'solved' as const,
        timeMs: 1,
      })),
    });
    await expect
      .poll(async () => (await own.client.getPortfolioReport({})).cells.length, { timeout: 30_000 })
      .toBeGreaterThanOrEqual(texts.length);
    const dashboard = await openDashboard(browser, { url: own.url });
    onTestFinished(dashboard.close);
    const { alarms, foreign } = await armPage(dashboard.page);
    await dashboard.signIn(own.adminKey(), '/models');
    await dashboard.page
      .locator('tr[data-key]')
      .nth(texts.length - 1)
      .waitFor();
    await expectShownAsText(dashboard.page, texts);
    await expectNoForeignElements(dashboard.page);
    await dashboard.page.getByRole('link', { name: texts[0]!, exact: true }).first().click();
    await dashboard.page.getByRole('heading', { name: texts[0]! }).waitFor();
    await expectShownAsText(dashboard.page, texts.slice(0, 1));
    await expectNoForeignElements(dashboard.page);
    expect([alarms, foreign]).toEqual([[], []]);
  });
});

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
