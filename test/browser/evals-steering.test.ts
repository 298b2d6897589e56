import type { Bisect, Regression } from '@whetstone/shared/contract';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { documentOf } from './support/documents.ts';
import { startEvalsWorld } from './support/evals-world.ts';
import { openChromium } from './support/shared.ts';

/** One server, whose regression and bisect really happened; what a test leaves behind, none after it looks at. */
describe('steering evals', () => {
  let world: Awaited<ReturnType<typeof startEvalsWorld>>;
  let browser: Browser;
  let dashboard: Awaited<ReturnType<typeof openDashboard>>;
  let page: Page;
  let regression: Regression;
  let bisect: Bisect;

  beforeAll(async () => {
    [world, browser] = await Promise.all([startEvalsWorld(), openChromium()]);
    regression = await world.regression();
    bisect = await world.bisectEnded((await world.bisect(regression.id)).id);
    dashboard = await openDashboard(browser, { url: world.server.url, reducedMotion: true });
    page = dashboard.page;
    await dashboard.signIn(world.server.adminKey());
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await world.stop();
  });
  afterEach(() => expect(dashboard.complaints(/ (?:400|409) /)).toEqual([]));

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  const open = async (path: string) => {
    await page.goto(path);
    await page.waitForFunction(
      () => document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]'),
    );
  };

  it('finds a regression by keys, shows what proves it, and leads to what was rolled back', async () => {
    await open('/regressions?state=open');
    await page.getByText('rolled back').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText('got badly worse: it passes 37.5 % where it passed 100.0 %').waitFor();
    await page.getByText('100.0 % [67.6, 100.0] n=24').waitFor();
    await page.getByText(/a true drop of 10 points would be found in \d/).waitFor();
    const lost = page.getByRole('table', { name: 'Problems lost' });
    expect(await lost.getByRole('row').count()).toBe(6);
    expect(await accessibilityFaults(page)).toEqual([]);

    const samples = await lost.getByRole('row').nth(1).getByRole('link').all();
    const addresses = await Promise.all(samples.map((link) => link.getAttribute('href')));
    expect(addresses).toEqual(
      [regression.runs.before, regression.runs.after].map((id) => `/runs/${id}/sample?problem=Own%2F0`),
    );
    await page.getByRole('link', { name: `Version ${regression.rollback!.flagVersion} in its history` }).click();
    await page.getByText('one variant rolled back automatically').waitFor();
    const named = page.locator(`a[href="/regressions/${regression.id}"]`);
    await named.waitFor();
    await named.click();
    await page.getByText('got badly worse').waitFor();
  });

  it('acknowledges it with a note, and shows it when somebody else was faster', async () => {
    await open(`/regressions/${regression.id}`);
    // Its keys work once it is there.
    await button('Acknowledge').waitFor();
    await page.keyboard.press('e');
    await dialog().getByLabel('Who looks after it').fill('ann');
    await dialog().getByRole('button', { name: 'Assign' }).click();
    await page.getByText('assigned to ann', { exact: true }).first().waitFor();

    await page.keyboard.press('a');
    await dialog().getByLabel('Note').fill('wanted: a cheaper model');
    await world.client.acknowledgeRegression({ id: regression.id, note: 'I was first' });
    await dialog().getByRole('button', { name: 'Acknowledge' }).click();
    await dialog().getByText('the regression was acknowledged by').waitFor();
    await dialog().getByRole('button', { name: 'Back' }).click();
    await page.getByText('I was first').first().waitFor();
    expect(await button('Acknowledge').isDisabled()).toBe(true);

    await button('Mute').click();
    await dialog().getByRole('button', { name: 'Mute' }).click();
    await button('Unmute').waitFor();
    expect((await world.client.getRegression({ id: regression.id })).mutedUntil).not.toBeNull();
  });

  it('changes from when on a drop counts, after saying what changes', async () => {
    await open('/regressions/settings');
    await page.getByLabel('Nothing is rolled back above').fill('x');
    expect(await button('Review and save').isDisabled()).toBe(true);
    await page.getByLabel('Nothing is rolled back above').fill('3');
    await page.keyboard.press('Control+s');
    await page.getByLabel('Nothing is rolled back above').blur();
    await page.keyboard.press('Control+s');
    await dialog().getByText('Nothing is rolled back above').waitFor();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect((await world.client.getEvalSettings({})).maxInfrastructureErrorRate).toBe(0.03);
  });

  it('makes a schedule, says at its field what the server refuses, runs it now, and deletes it by name', async () => {
    await open('/schedules');
    await page.getByText('Nothing is scheduled').waitFor();
    await page.keyboard.press('n');
    await page.getByLabel('Name', { exact: true }).fill('Every minute');
    await page.getByLabel('Times', { exact: true }).fill('* * * * *');
    await page.getByLabel('Data set', { exact: true }).fill(world.dataset);
    await page.getByLabel('Asked is').selectOption('reference');
    await button('Save').click();
    const times = page.getByLabel('Times', { exact: true });
    await page.locator('[aria-invalid=true]').waitFor();
    expect(await times.getAttribute('aria-invalid')).toBe('true');
    await page.getByText('at least 5 are between two runs').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('link', { name: 'Bisects' }).click();
    await dialog().getByRole('button', { name: 'Stay' }).click();
    await times.fill('30 6 * * 1-5');
    await page.getByText('At 06:30, Monday through Friday').waitFor();
    await button('Save').click();
    await page.getByRole('heading', { name: 'Every minute' }).waitFor();
    await page.getByText('Next:').waitFor();

    await button('Run now').click();
    await page.getByRole('heading', { name: `reference on ${world.dataset}` }).waitFor();
    await open('/schedules');
    await page.getByText('At 06:30, Monday through Friday (Europe/Berlin)').waitFor();
    await page.getByRole('link', { name: 'the run' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    await button('Delete').click();
    const confirm = dialog().getByRole('button', { name: 'Delete' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog().getByLabel('Type its name').fill('Every minute');
    await confirm.click();
    await page.getByText('Nothing is scheduled').waitFor();
  });

  it('shows the chances of a bisect, now and after each step', async () => {
    await open('/bisects');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText(bisect.answer!.sentence).waitFor();
    const chances = page.getByRole('table', { name: 'Chances' }).getByRole('row');
    const texts = await chances.allInnerTexts();
    bisect.candidates.forEach(({ name, posterior }, i) => {
      expect(texts[i + 1]).toContain(name);
      expect(texts[i + 1]).toContain(`${(posterior * 100).toFixed(1)} %`);
    });
    expect(await accessibilityFaults(page)).toEqual([]);
    const first = bisect.steps.find(({ phase }) => phase === 'search')!;
    await page.locator(`a[href$="?step=${first.number}"]`).click();
    await page.getByRole('heading', { name: `Chances after step ${first.number}` }).waitFor();
    const then = await chances.allInnerTexts();
    first.posterior!.forEach((chance, i) => expect(then[i + 1]).toContain(`${(chance * 100).toFixed(1)} %`));
  });

  it('starts a bisect of a regression, asking whom its run asked, on what it lost', async () => {
    await open(`/regressions/${regression.id}`);
    await page.getByRole('link', { name: 'Start a bisect' }).click();
    await page.getByText('Own/4').waitFor();
    await button('Start').click();
    await page.getByText('has one value from version 1').first().waitFor();
    await page.getByLabel('Search', { exact: true }).selectOption('promptVersions');
    for (const [i, guidance] of ['Guidance number 0.', 'Guidance number 4.'].entries()) {
      const version = page.getByRole('group', { name: `Version ${i + 1}` });
      await version.getByLabel(/^Version/).fill(`p${i}`);
      await version.getByLabel('Its text').fill(guidance);
    }
    await page.getByLabel('Runs at each end').fill('2');
    await button('Start').click();
    await page.getByRole('heading', { name: '2 prompt versions, p0 to p1' }).waitFor();
    await button('Cancel').click();
    await dialog().getByRole('button', { name: 'Cancel the bisect' }).click();
    await page.getByText('It was stopped after').or(page.getByText('That was not done')).first().waitFor();
    const [newest] = (await world.client.listBisects({})).items;
    expect(newest).toMatchObject({
      regressionId: regression.id,
      problems: regression.evidence!.lost.map((each) => each.problemId),
    });
  });

  it('sets a gate on a step of a plan, and keeps what it does not show', async () => {
    const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const subjectId = regression.subject.id;
    const key = 'gated';
    await world.client.createFlag(
      documentOf(key, {
        fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage: 0 },
        rollout: {
          steps: [
            { at: hour(-2), coverage: 10 },
            { at: hour(-1), coverage: 50, gate: { dataset: world.dataset, subjectId, minPassRate: 0.57 } },
            { at: hour(9), coverage: 100 },
          ],
        },
      }),
    );
    await open(`/flags/${key}`);
    const second = page.getByRole('group', { name: 'Eval gate of step 2' });
    expect(await second.getByLabel('Passes at least').inputValue()).toBe('57');
    await second.getByLabel('Below the run before').fill('5');
    await button('+ eval gate').last().or(button('Add an eval gate to step 3')).last().click();
    const third = page.getByRole('group', { name: 'Eval gate of step 3' });
    expect(await button('Review and save').isDisabled()).toBe(true);
    await third.getByLabel('Data set').fill('starter');
    expect(await accessibilityFaults(page)).toEqual([]);
    await button('Review and save').click();
    await dialog().getByRole('button', { name: /Save/ }).click();
    await dialog().waitFor({ state: 'detached' });
    expect((await world.client.getFlag({ key })).rollout!.steps.map(({ gate }) => gate)).toEqual([
      undefined,
      { dataset: world.dataset, subjectId, minPassRate: 0.57, maxDropPoints: 5 },
      { dataset: 'starter' },
    ]);
    await open(`/flags/${key}/rollout`);
    await page.getByText(`gate: comes once a run on ${world.dataset} that passes 57 %`).waitFor();
    expect(await page.locator('main ol li').allInnerTexts()).toEqual([
      expect.stringContaining('current'),
      expect.stringContaining('waiting'),
      expect.stringContaining('planned'),
    ]);
  });

  it('says to a viewer why nothing can be done, and stays as narrow as a phone', async () => {
    const { secret } = await world.client.createKey({ name: 'reader', role: 'viewer' });
    const narrow = await openDashboard(browser, { url: world.server.url, width: 360, height: 740, theme: 'dark' });
    await narrow.signIn(secret);
    const acts = /new|start|save|delete|cancel|resume|run now|acknowledge|mute|assign|resolve/i;
    const buttons = narrow.page.locator('main').getByRole('button', { name: acts, disabled: false });
    const read = ['/runs', `/runs/${regression.runs.after}`, '/schedules', '/bisects'];
    const steer = ['/regressions', '/regressions/settings', `/regressions/${regression.id}`];
    for (const path of [...read, ...steer, '/schedules/new', '/bisects/new', `/bisects/${bisect.id}`]) {
      await narrow.page.goto(path);
      await narrow.page.waitForFunction(
        () => document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]'),
      );
      expect(await buttons.allInnerTexts(), path).toEqual([]);
      await expectNoSidewaysScroll(narrow.page);
      if (!read.includes(path)) expect(await accessibilityFaults(narrow.page), path).toEqual([]);
    }
    await narrow.page.goto(`/regressions/${regression.id}`);
    const acknowledge = narrow.page.getByRole('button', { name: 'Acknowledge' });
    expect(await acknowledge.getAttribute('title')).toContain('this needs the role editor');
    expect(narrow.complaints()).toEqual([]);
    await narrow.close();
  });
});
