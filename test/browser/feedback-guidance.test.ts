import type { Pattern } from '@whetstone/shared/contract';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { learned, sendSampleCorrections, startFeedbackWorld } from './support/feedback-world.ts';
import { openChromium, openProject } from './support/shared.ts';

const effect = 50;

/** One server that learned from corrections; each test goes on where the one before ended. */
describe('patterns and guidance', () => {
  let world: Awaited<ReturnType<typeof startFeedbackWorld>>;
  let browser: Browser;
  let patterns: Pattern[];
  let quiet: Pattern;
  beforeAll(async () => {
    [world, browser] = await Promise.all([startFeedbackWorld(), openChromium()]);
    await sendSampleCorrections(world.client);
    patterns = await learned(world.client);
    quiet = patterns.find(({ guidance }) => guidance === world.lesson)!;
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  type Options = { key?: string; width?: number; theme?: 'light' | 'dark'; url?: string };
  const open = async (path: string, { key, url = world.server.url, ...options }: Options = {}) => {
    const dashboard = await openDashboard(browser, { url, ...options });
    onTestFinished(dashboard.close);
    await dashboard.signIn(key ?? world.server.adminKey(), path);
    await settled(dashboard.page);
    return dashboard;
  };
  const settled = (page: Page) =>
    page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]'));
  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) });
  const rows = (page: Page, table: string) => page.getByRole('table', { name: table }).locator('tr[data-key]');

  it('lists what was learned, the strongest first, and finds it by model and repository', async () => {
    const { page, complaints } = await open('/feedback/patterns');
    await rows(page, 'Patterns').first().waitFor();
    const shown = await rows(page, 'Patterns').evaluateAll((found) =>
      found.map((row) => (row as HTMLElement).dataset['key']),
    );
    expect(shown).toEqual(patterns.map(({ id }) => id));
    const [first] = patterns;
    await expect(rows(page, 'Patterns').first().innerText()).resolves.toContain(`${first!.lift!.toFixed(1)}×`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Repository').selectOption('acme/desk');
    const { items } = await world.client.listPatterns({ repoId: 'acme/desk', limit: 200 });
    await expect.poll(() => rows(page, 'Patterns').count()).toBe(items.length);
    await page.getByLabel('Model').selectOption('model-2');
    await page.waitForURL(/model=model-2&repoId=acme%2Fdesk$/);
    await page.getByLabel('Repository').selectOption('');
    await page.getByLabel('Model').selectOption('');
    await expect.poll(() => rows(page, 'Patterns').count()).toBe(patterns.length);
    const others = (await world.client.listPatterns({ all: true, limit: 200 })).items.filter((one) => !one.isPattern);
    await page.keyboard.press('t');
    await expect.poll(() => rows(page, 'Patterns').count()).toBe(patterns.length + others.length);
    expect(others.length).toBeGreaterThan(0);
    await page.getByText(`not a pattern: ${others[0]!.whyNot}`).first().waitFor();
    expect(complaints()).toEqual([]);
  });

  it('shows what a pattern rests on, and drafts a rule of it that keeps where it comes from', async () => {
    const { page, complaints } = await open(`/feedback/patterns/${quiet.id}`);
    await page.getByRole('heading', { name: quiet.title, exact: true }).waitFor();
    const { evidence } = await world.client.getPattern({ id: quiet.id });
    expect(evidence.length).toBeGreaterThan(2);
    await page.getByRole('region', { name: `What became of ${evidence[2]!.file}, 3`, exact: true }).waitFor();
    await page.getByText(`${quiet.changed} changed, ${quiet.survived} left`).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('d');
    await page.waitForURL(`**/feedback/guidance/new?pattern=${quiet.id}`);
    await page.getByLabel('Rule', { exact: true }).waitFor();
    expect(await page.getByLabel('Rule', { exact: true }).inputValue()).toBe(world.lesson);
    await page.getByLabel('Title').fill('no debugging output');
    const meter = await page.getByRole('meter', { name: 'Tokens' }).getAttribute('aria-valuenow');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Control+s');
    await page.waitForURL('**/feedback/guidance/g1');
    await page.getByRole('heading', { name: 'g1 no debugging output' }).waitFor();
    const { rules, tokens } = await world.client.getGuidanceVersion({ version: 'g1' });
    expect({ patternId: rules[0]!.patternId, tokens }).toEqual({ patternId: quiet.id, tokens: Number(meter) });
    expect(rules[0]!.feedbackIds.length).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'Correction 1', exact: true }).click();
    await page.waitForURL(`**/feedback/${rules[0]!.feedbackIds[0]}`);
    await page.getByRole('link', { name: `g1 ${rules[0]!.id}` }).waitFor();
    await page.goto(`/feedback/patterns/${quiet.id}`);
    await page.getByRole('link', { name: `g1 ${rules[0]!.id}` }).waitFor();
    expect(complaints()).toEqual([]);
  });

  it('plans the release while it is typed, runs the gate, and serves what helps', { timeout: 150_000 }, async () => {
    const { page, complaints } = await open('/feedback/guidance/g1');
    await page.keyboard.press('Shift+R');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Data set').fill(world.dataset);
    await dialog.getByText('There is no plan yet').waitFor();
    await dialog.getByLabel('Model').fill('scripted');
    await dialog.getByText(/such a gate would end at once, inconclusive/).waitFor();
    await dialog.getByLabel(/^Gain to be found/).fill(String(effect));
    await dialog.getByText(new RegExp(`it takes \\d+ tasks; ${world.tasks} are there, with scripted`)).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect((await world.client.getGuidanceVersion({ version: 'g1' })).gates).toEqual([]);
    await button(page, 'Run the gate').click();
    await page.getByText('running').first().waitFor();
    expect(await button(page, 'Release…').isDisabled()).toBe(true);
    const { status, gate } = await world.decided('g1');
    expect({ status, decision: gate!.decision, path: gate!.path }).toEqual({
      status: 'released',
      decision: 'accepted',
      path: 'gain',
    });
    await page.getByText('by a gain, at a cost of at most +10 %').waitFor();
    await page.getByText(`${gate!.wins} won, ${gate!.losses} lost`).waitFor();
    await page.getByText('guidance: g1').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'compared' }).click();
    await page.waitForURL(`**/runs/compare?a=${gate!.runs.without}&b=${gate!.runs.with}`);
    await page.goto('/feedback/guidance');
    await expect(rows(page, 'Versions of guidance').first().innerText()).resolves.toMatch(/g1[^]*released[^]*points/);
    expect(complaints(/ (?:400|409) /)).toEqual([]);
  });

  it('is retired once its name is typed back', async () => {
    const { page, complaints } = await open('/feedback/guidance/g1');
    await button(page, 'Retire…').click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Retire it' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('tried out');
    await dialog.getByLabel('Type its name to confirm').fill('g1');
    await dialog.getByRole('button', { name: 'Retire it' }).click();
    await page.getByText('retired').first().waitFor();
    expect((await world.client.getGuidanceVersion({ version: 'g1' })).status).toBe('retired');
    expect(await button(page, 'Release…').isDisabled()).toBe(true);
    expect(complaints()).toEqual([]);
  });

  it('lets a viewer read the list of versions, and says why they write none', async () => {
    const { secret } = await world.client.createKey({ name: 'reader', role: 'viewer' });
    const { page } = await open('/feedback/guidance', { key: secret });
    expect(await button(page, 'Write a version').getAttribute('title')).toBe(
      'Your key is a viewer key; this needs the role editor',
    );
  });

  it('is not released by a server without models, which says what to set', async () => {
    const project = await openProject('guidance without models');
    await project.client.createGuidance({ rules: [{ text: 'Return early' }] });
    const { page, complaints } = await open('/feedback/guidance/g1', { key: project.adminKey(), url: project.url });
    await button(page, 'Release…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/There is no plan yet: .*OPENAI_API_KEY/).waitFor();
    await button(page, 'Run the gate').click();
    await dialog.getByText('It was not released').waitFor();
    await expect(dialog.getByRole('alert').innerText()).resolves.toContain('OPENAI_API_KEY');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect((await project.client.getGuidanceVersion({ version: 'g1' })).status).toBe('draft');
    expect(complaints(/ 409 /)).toEqual([]);
  });

  it('keeps a note for the next reviewer', async () => {
    const [item] = (await world.client.listFeedback({ limit: 1 })).items;
    const { page, complaints } = await open(`/feedback/${item!.id}`);
    await page.getByLabel('Note for reviewers').fill('ask who wrote it');
    await button(page, 'Save the note').click();
    await page.getByText('Note saved').waitFor();
    expect((await world.client.getFeedback({ id: item!.id })).note).toBe('ask who wrote it');
    await page.reload();
    await settled(page);
    expect(await page.getByLabel('Note for reviewers').inputValue()).toBe('ask who wrote it');
    expect(complaints()).toEqual([]);
  });

  it('prints examples as an agent reads them', async () => {
    const { items } = await world.client.listFeedback({ pattern: quiet.id, limit: 5 });
    for (const { id } of items) await world.client.reviewFeedback({ id, status: 'accepted' });
    const { page, complaints } = await open('/feedback/examples?tokens=1200');
    const prompt = page.getByRole('region', { name: 'As the agent reads them' });
    await prompt.waitFor({ timeout: 40_000 });
    const text = await prompt.innerText();
    const [, nonce] = /^What stands between the marks ([0-9a-f]{16}) is what agents wrote/.exec(text)!;
    expect(text.split(`</untrusted-correction ${nonce}>`).length).toBeGreaterThan(2);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'is readable by everybody in the %s theme, on narrow screens as well',
    async (theme) => {
      const { page } = await open('/feedback/patterns', { theme, width: 360 });
      for (const path of [
        '/feedback/patterns?all=yes',
        `/feedback/patterns/${quiet.id}`,
        '/feedback/examples?q=load',
        '/feedback/guidance',
        '/feedback/guidance/g1',
        '/feedback/guidance/new?parent=g1',
      ]) {
        await page.goto(path);
        await settled(page);
        expect(await accessibilityFaults(page), path).toEqual([]);
        await expectNoSidewaysScroll(page);
      }
    },
  );

  it('keeps links to documentation inside, and lets those to the reference of the API leave', async () => {
    const { page } = await open('/feedback/guidance');
    await page.evaluate(() => Object.assign(globalThis, { stayed: true }));
    const stayed = () => page.evaluate(() => 'stayed' in globalThis);
    await page.locator('nav a[href="/knowledge"]').first().click();
    await page.waitForURL('**/knowledge');
    await page.getByRole('heading', { level: 1, name: 'Docs' }).waitFor();
    expect(await stayed()).toBe(true);
    await page.locator('a[href="/docs"]').first().click();
    await page.waitForURL('**/docs');
    await page.waitForLoadState();
    expect(await stayed()).toBe(false);
  });
});
