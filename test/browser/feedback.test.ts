import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { armPage, expectNoForeignElements, expectShownAsText, hostileTexts } from './support/hostile-texts.ts';
import { openChromium, openProject, type OwnProject } from './support/shared.ts';

/** Constructed: what an agent left, and what a person made of it. */
const left =
  'export async function load(url: string) {\n  const answer = fetch(url);\n  console.log(answer);\n  return answer;\n}\n';
const made = 'export async function load(url: string) {\n  const answer = await fetch(url);\n  return answer;\n}\n';

describe('feedback', () => {
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
  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) });
  const rows = (page: Page) => page.getByRole('table', { name: 'Corrections' }).locator('tr[data-key]');

  const capture = async ({ client }: OwnProject, number: number, more: object = {}) => {
    const path = `src/load-${number}.ts`;
    const { id } = await client.captureFeedback({
      taskId: `task-${number}`,
      taskType: 'feature',
      language: 'typescript',
      model: 'sample-model',
      userComment: `comment ${number}`,
      originalPatch: { files: [{ path, before: '', after: left }] },
      correctedPatch: { files: [{ path, before: '', after: made }] },
      timestamp: new Date(Date.now() - number * 60_000).toISOString(),
      ...more,
    });
    return id;
  };
  /** The first is the newest. */
  const captured = async (project: OwnProject, count: number) => {
    const ids: string[] = [];
    for (let number = count; number >= 1; number--) ids.unshift(await capture(project, number));
    return ids;
  };

  it('says what fills it before the first correction', async () => {
    const project = await openProject('feedback of nobody');
    const { page, complaints } = await open(project, '/flags');
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.getByRole('heading', { name: 'Feedback' }).waitFor();
    await page.getByText('whetstone-mcp hooks install').waitFor();
    await expect
      .poll(() => page.locator('main dl').innerText())
      .toMatch(/Corrections\s+0, 0 to decide[^]*Hooks saw all of\s+-/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Examples' }).click();
    await page.getByText('whetstone-mcp hooks install').waitFor();
    expect(complaints()).toEqual([]);
  });

  it('shows side by side what the agent left and what the person made of it, and what changed within a line', async () => {
    const project = await openProject('feedback side by side');
    const [id] = await captured(project, 1);
    const { page, complaints } = await open(project, '/feedback');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/feedback/${id}$`));
    const diff = page.getByRole('region', { name: 'What became of src/load-1.ts' });
    await diff.waitFor();
    await page.getByRole('heading', { name: 'src/load-1.ts', exact: true }).waitFor();
    const lines = (await diff.innerText()).split('\n').map((line) => line.trim());
    expect(lines).toContain('const answer = fetch(url);');
    expect(lines).toContain('const answer = await fetch(url);');
    expect(lines).toContain('console.log(answer);');
    expect((await diff.locator('[data-marked]').allInnerTexts()).join('').trim()).toBe('await');
    await page.getByText('comment 1').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('is decided on by keys, one after the other, and takes the last decision back', async () => {
    const project = await openProject('feedback by keys');
    const ids = await captured(project, 3);
    const { page, complaints } = await open(project, `/feedback/${ids[0]}`);
    const status = async (id: string) => (await project.client.getFeedback({ id })).status;
    await page.getByText('1 of 3').waitFor();
    await page.keyboard.press('1');
    await page.getByText(/^Labelled /).waitFor();
    const { labels } = await project.client.getFeedback({ id: ids[0]! });
    expect(labels).toHaveLength(1);
    await page.keyboard.press('m');
    await page
      .getByRole('status')
      .getByText(/^Assigned to /)
      .waitFor();
    await page.keyboard.press('a');
    await page.waitForURL(`**/feedback/${ids[1]}`);
    expect(await status(ids[0]!)).toBe('accepted');
    await page.getByText('2 of 3').waitFor();
    await button(page, /^Reject/).waitFor();
    await page.getByRole('heading', { name: 'src/load-2.ts', exact: true }).waitFor();
    await page.keyboard.press('r');
    await page.waitForURL(`**/feedback/${ids[2]}`);
    expect(await status(ids[1]!)).toBe('rejected');
    await page.keyboard.press('z');
    await page.waitForURL(`**/feedback/${ids[1]}`);
    await page.getByText('Taken back: decision taken back').waitFor();
    expect(await status(ids[1]!)).toBe('pending');
    await page.keyboard.press('p');
    await page.waitForURL(`**/feedback/${ids[0]}`);
    await page.keyboard.press('n');
    await page.waitForURL(`**/feedback/${ids[1]}`);
    expect(complaints()).toEqual([]);
  });

  it('is decided on in the list too, where the focus goes on to the next row', async () => {
    const project = await openProject('feedback in the list');
    const ids = await captured(project, 2);
    const { page } = await open(project, '/feedback');
    await page.keyboard.press('j');
    for (const said of ['Locked for 15 minutes', 'Let go']) {
      await page.keyboard.press('l');
      await page.getByText(said).waitFor();
    }
    await page.keyboard.press('a');
    await rows(page).first().getByText('accepted').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('tr')?.dataset['key'])).toBe(ids[1]);
    await page.keyboard.press('r');
    await rows(page).nth(1).getByText('rejected').waitFor();
    await button(page, /take back/).click();
    await rows(page).nth(1).getByText('pending').waitFor();
    const { items } = await project.client.listFeedback({});
    expect(items.map(({ status }) => status)).toEqual(['accepted', 'pending']);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('shows who has it locked, and lets nobody else decide meanwhile', async () => {
    const project = await openProject('feedback that is locked');
    const [id] = await captured(project, 1);
    const { secret } = await project.client.createKey({ name: 'second-reviewer', role: 'editor' });
    const first = await open(project, `/feedback/${id}`);
    const second = await open(project, `/feedback/${id}`, { key: secret });
    await second.page.keyboard.press('l');
    await second.page.getByText('Locked for 15 minutes').waitFor();
    // The first one saw it before it was locked.
    await first.page.keyboard.press('a');
    await first.page.getByText(/^! second-reviewer changed it meanwhile.*locked by second-reviewer/).waitFor();
    await first.page.getByText('second-reviewer looks at it just now').waitFor();
    expect(await button(first.page, /^Accept/).isDisabled()).toBe(true);
    expect((await project.client.getFeedback({ id: id! })).status).toBe('pending');
    expect(await accessibilityFaults(first.page)).toEqual([]);
    await second.page.keyboard.press('l');
    await second.page.getByText('Let go').waitFor();
    await first.page.reload();
    await settled(first.page);
    await first.page.keyboard.press('a');
    await first.page.getByText('Accepted').first().waitFor();
    expect(first.complaints(/ 409 /)).toEqual([]);
    expect(second.complaints()).toEqual([]);
  });

  it('says who decided meanwhile, and writes nothing over it', async () => {
    const project = await openProject('feedback decided twice');
    const [id] = await captured(project, 1);
    const { page, complaints } = await open(project, `/feedback/${id}`);
    await project.client.reviewFeedback({ id: id!, status: 'rejected', labels: ['scope'] });
    await page.keyboard.press('a');
    await page
      .getByText(/changed it meanwhile: it is rejected now, labelled scope\. Nothing of yours was written/)
      .waitFor();
    expect((await project.client.getFeedback({ id: id! })).status).toBe('rejected');
    await button(page, 'Understood').click();
    await page.keyboard.press('a');
    await expect.poll(async () => (await project.client.getFeedback({ id: id! })).status).toBe('accepted');
    expect(complaints(/ 409 /)).toEqual([]);
  });

  it('gives by its keys the labels that a person chose', async () => {
    const project = await openProject('feedback with labels');
    const [id] = await captured(project, 1);
    const { page } = await open(project, `/feedback/${id}`);
    await button(page, 'change labels').click();
    const box = page.getByRole('dialog').getByRole('textbox');
    await box.fill('ours No!');
    await page.getByText('No labels: No!').waitFor();
    await box.fill('ours theirs');
    await button(page, 'Use them').click();
    await page.keyboard.press('2');
    await page.getByText('Labelled theirs').waitFor();
    await page.reload();
    await settled(page);
    await page.getByRole('group', { name: 'Labels' }).getByText('ours').waitFor();
    expect((await project.client.getFeedback({ id: id! })).labels).toEqual(['theirs']);
  });

  it('finds corrections by what is typed and chosen, and keeps that on the way through them', async () => {
    const project = await openProject('feedback that is filtered');
    const ids = await captured(project, 3);
    await project.client.reviewFeedback({ id: ids[1]!, status: 'accepted' });
    const { page } = await open(project, '/feedback');
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.getByLabel('Status').selectOption('all');
    await expect.poll(() => rows(page).count()).toBe(3);
    await page.keyboard.press('Escape');
    await page.locator('main h1').click();
    await page.keyboard.press('/');
    await page.keyboard.insertText('comment 2');
    await expect.poll(() => rows(page).count()).toBe(1);
    await rows(page).first().getByRole('link').click();
    await page.getByText('1 of 1').waitFor();
    await page.getByRole('link', { name: 'Queue' }).first().click();
    await expect.poll(() => rows(page).count()).toBe(1);
  });

  it('makes an eval task of what was accepted, and shows it to agents as an example', async () => {
    const project = await openProject('feedback as examples');
    const [id] = await captured(project, 1);
    const { page, complaints } = await open(project, `/feedback/${id}`);
    expect(await button(page, 'Make an eval task of it').isDisabled()).toBe(true);
    await page.keyboard.press('a');
    await button(page, 'Make an eval task of it').click();
    await page.getByText(/is in corrections now, which has 1 task$/).waitFor();
    await page.getByRole('link', { name: 'Examples' }).click();
    await page.getByLabel('What is to be done').fill('load an address');
    await button(page, 'Preview').click();
    const example = page.getByRole('list', { name: 'Examples' }).locator('> li');
    await example.getByText('untrusted-correction').waitFor();
    await expect(example.innerText()).resolves.toMatch(/load-1\.ts[^]*\d+ tokens[^]*console\.log[^]*await fetch/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('At most').fill('99');
    await button(page, 'Preview').click();
    await expect.poll(() => page.getByLabel('At most').getAttribute('aria-invalid')).toBe('true');
    expect(complaints(/ 400 /)).toEqual([]);
  });

  it('lets a viewer read, and says why they decide nothing', async () => {
    const project = await openProject('feedback for readers');
    const [id] = await captured(project, 1);
    const { secret } = await project.client.createKey({ name: 'reader', role: 'viewer' });
    const { page, complaints } = await open(project, `/feedback/${id}`, { key: secret });
    const why = 'Your key is a viewer key; this needs the role editor';
    expect(await button(page, /^Accept/).getAttribute('title')).toBe(why);
    expect(await button(page, /^Accept/).isDisabled()).toBe(true);
    await page.keyboard.press('a');
    await page.getByRole('status').getByText(why).first().waitFor();
    expect((await project.client.getFeedback({ id: id! })).status).toBe('pending');
    expect(complaints()).toEqual([]);
  });

  it('says what failed, with the id by which the log of the server knows it', async () => {
    const project = await openProject('feedback that fails');
    const { page } = await open(project, '/flags');
    const problem = { code: 'internal', detail: 'internal error', requestId: 'request-of-the-test' };
    const failing = { status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) };
    await page.route(/\/api\/(?:feedback|guidance)/, (route) => route.fulfill(failing));
    for (const [path, what] of [
      ['/feedback', 'The corrections could not be loaded'],
      ['/feedback/patterns', 'The patterns could not be loaded'],
      ['/feedback/guidance', 'The guidance could not be loaded'],
      ['/feedback/guidance/g1', 'The version could not be loaded'],
    ] as const) {
      await page.goto(path);
      await page.getByText(what).waitFor();
      await page.getByText('request-of-the-test').first().waitFor();
      expect(await accessibilityFaults(page), path).toEqual([]);
    }
  });

  it('shows as text whatever stands in comments, names and code', async () => {
    const project = await openProject('feedback of a stranger');
    const text = hostileTexts[0]!;
    const id = await capture(project, 1, {
      userComment: text,
      correctedPatch: { files: [{ path: 'src/load-1.ts', before: '', after: `${text}\nhidden\u200Bcharacter\n` }] },
    });
    const { page, complaints } = await open(project, '/flags');
    const { alarms, foreign } = await armPage(page);
    await page.goto(`/feedback/${id}`);
    await settled(page);
    await expectShownAsText(page, [text]);
    await expectNoForeignElements(page);
    expect([alarms, foreign]).toEqual([[], []]);
    await page.getByText('U+200B', { exact: true }).waitFor();
    expect(complaints()).toEqual([]);
  });

  it('shows names and code as they are written, though they turn directions or hide characters', async () => {
    const project = await openProject('feedback from right to left');
    const id = await capture(project, 1, {
      userId: '\u05D9\u05E2\u05DC',
      userComment: 'see\u200B this',
      originalPatch: { files: [{ path: 'src/\u202Egnp.ts', before: '', after: 'let a = 1;\n' }] },
      correctedPatch: { files: [{ path: 'src/\u202Egnp.ts', before: '', after: 'let \u05D0 = "\u05D1";\n' }] },
    });
    const { page, complaints } = await open(project, '/feedback');
    await expect(rows(page).first().innerText()).resolves.toMatch(/src\/U\+202Egnp\.ts[^]*seeU\+200B this/);
    await page.goto(`/feedback/${id}`);
    await page.getByRole('heading', { level: 1, name: 'src/U+202Egnp.ts', exact: true }).waitFor();
    expect(await page.title()).not.toContain('\u202E');
    // By where the letters stand on the screen, not by their order in the text.
    const line = page
      .getByRole('region', { name: /^What became of/ })
      .locator('[dir=ltr]')
      .last();
    const [name, text] = await line.locator('bdi').all();
    expect([await name!.innerText(), await text!.innerText()]).toEqual(['\u05D0', '\u05D1']);
    expect((await name!.boundingBox())!.x).toBeLessThan((await text!.boundingBox())!.x);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('shows thousands of lines and lines of any length, and is decided on by a key all the same', async () => {
    const project = await openProject('feedback that is long');
    const many = (of: string) => Array.from({ length: 5_000 }, (_, i) => `${of}(${i});`).join('\n');
    const id = await capture(project, 1, {
      originalPatch: {
        files: [{ path: 'src/long.ts', before: '', after: `let a = '${'a '.repeat(3_000)}';\n${many('value_a')}` }],
      },
      correctedPatch: {
        files: [{ path: 'src/long.ts', before: '', after: `let a = '${'b '.repeat(3_000)}';\n${many('value_b')}` }],
      },
    });
    const { page, complaints } = await open(project, `/feedback/${id}`);
    const more = button(page, /more characters$/);
    expect(await more.count()).toBe(2);
    await more.first().click();
    await expect.poll(() => more.count()).toBe(1);
    await page.getByText('value_b(4);', { exact: true }).waitFor();
    await page.getByText('Cut after 65,536 characters').waitFor();
    await page.keyboard.press('a');
    await expect.poll(async () => (await project.client.getFeedback({ id })).status).toBe('accepted');
    expect(complaints()).toEqual([]);
  });

  it('asks for no decision on what a person kept, and shows files that are gone or have no lines', async () => {
    const project = await openProject('feedback of every kind');
    const whole = { files: [{ path: 'src/a.ts', before: '', after: left }] };
    await capture(project, 1, { kind: 'kept', originalPatch: whole, correctedPatch: whole });
    const gone = await capture(project, 2, {
      correctedPatch: { files: [{ path: 'src/load-2.ts', before: left, after: '' }] },
    });
    const binary = 'diff --git a/i.png b/i.png\nBinary files a/i.png and b/i.png differ\n';
    const drawn = await capture(project, 3, { originalPatch: binary, correctedPatch: binary });
    const { page, complaints } = await open(project, '/feedback');
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.getByText('2, 2 to decide').waitFor();
    await rows(page).filter({ hasText: 'no file' }).waitFor();
    await rows(page).filter({ hasText: '+0 −5' }).waitFor();
    await page.goto(`/feedback/${gone}`);
    await page.getByRole('region', { name: 'What became of src/load-2.ts' }).getByText('return answer;').waitFor();
    await page.goto(`/feedback/${drawn}`);
    await page.getByText(/Nothing can be learned from it: .*i\.png is binary/).waitFor();
    expect(complaints()).toEqual([]);
  });

  it('keeps rows where they are while others come and go, until somebody asks for the list as it is', async () => {
    const project = await openProject('feedback that goes on');
    const ids = await captured(project, 2);
    const { page } = await openDashboard(browser, { url: project.url });
    await page.clock.install();
    await page
      .context()
      .request.post('/auth/key', { data: { key: project.adminKey() }, headers: { origin: project.url } });
    await page.goto('/feedback');
    await expect.poll(() => rows(page).count()).toBe(2);
    await project.client.reviewFeedback({ id: ids[0]!, status: 'rejected' });
    await capture(project, 0);
    await page.clock.runFor(16_000);
    await page.getByText('1 new, 1 that fit no more').waitFor();
    await rows(page).first().getByText('moved on').waitFor();
    const shown = () => rows(page).evaluateAll((found) => found.map((row) => (row as HTMLElement).dataset['key']));
    expect(await shown()).toEqual(ids);
    expect(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'show the list as it is now').click();
    await expect.poll(() => rows(page).first().innerText()).toContain('load-0.ts');
    expect(await shown()).toHaveLength(2);
    await page.context().close();
  });

  it('says that it waits for a slow server, and what an answer that never came leaves open', async () => {
    const project = await openProject('feedback that is slow');
    const [id] = await captured(project, 1);
    const { page } = await open(project, `/feedback/${id}`);
    let answer = () => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await page.route(`**/api/feedback/${id}`, async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      await asked;
      return route.abort();
    });
    await page.keyboard.press('a');
    await page.getByRole('status').getByText('Writing…').waitFor();
    answer();
    await page
      .getByText('No answer came: whether it was written, the next look will show')
      .waitFor({ timeout: 30_000 });
    expect((await project.client.getFeedback({ id: id! })).status).toBe('pending');
  });

  it.each(['light', 'dark'] as const)(
    'is readable by everybody in the %s theme, on narrow screens as well',
    async (theme) => {
      const project = await openProject(`feedback in the ${theme}`);
      const ids = await captured(project, 2);
      const { page } = await open(project, '/feedback', { theme, width: 360 });
      for (const path of ['/feedback', '/feedback?status=all', `/feedback/${ids[0]}`, '/feedback/examples']) {
        await page.goto(path);
        await settled(page);
        expect(await accessibilityFaults(page), path).toEqual([]);
        await expectNoSidewaysScroll(page);
      }
    },
  );
});
