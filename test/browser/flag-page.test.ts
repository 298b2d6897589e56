import fc from 'fast-check';
import type { Browser, ElementHandle, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { documentOf } from './support/documents.ts';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { openChromium, openProject, type OwnProject } from './support/shared.ts';

type InputHandle = ElementHandle<HTMLInputElement>;

/** One that uses every part of a document. */
const wholeFlag = (key: string, needed: string) =>
  documentOf(key, {
    description: 'The shorter prompt of the fixer',
    owner: 'ada',
    tags: ['prompts'],
    type: 'string',
    variants: { long: 'You mend code.', short: 'Mend.', control: 'As before' },
    offVariant: 'control',
    prerequisites: [{ flag: needed, variants: ['on'] }],
    overrides: [{ attribute: 'userId', values: ['alice'], variant: 'short', note: 'tries it' }],
    rules: [
      {
        id: 'pilot-repos',
        when: [{ attribute: 'repoId', op: 'in', values: ['acme/api', 'acme/web'] }],
        serve: { split: [{ variant: 'short', weight: 100 }], coverage: 25, by: 'userId' },
      },
      {
        id: 'hard-tasks',
        when: [
          { attribute: 'taskType', op: 'in', values: ['refactor'] },
          { attribute: 'clientVersion', op: 'semverGte', values: ['1.4.0'], negate: true },
        ],
        serve: { variant: 'long' },
      },
    ],
    fallthrough: {
      split: [
        { variant: 'short', weight: 70 },
        { variant: 'long', weight: 30 },
      ],
      coverage: 60,
    },
    rollout: {
      steps: [
        { at: '2026-01-01T00:00:00.000Z', coverage: 70 },
        { at: '2099-01-01T00:00:00.000Z', coverage: 100 },
      ],
    },
    schedule: [{ at: '2099-06-01T00:00:00.000Z', set: { enabled: false } }],
  });

describe('the page of a flag', () => {
  let project: OwnProject;
  let browser: Browser;
  const admin = () => project.client;
  beforeAll(async () => {
    [project, browser] = await Promise.all([openProject('page of a flag'), openChromium()]);
    await admin().createFlag(documentOf('base-tools', { fallthrough: { variant: 'on' } }));
  });
  afterAll(() => browser.close());

  interface Look {
    theme?: 'light' | 'dark';
    width?: number;
    apiKey?: string;
  }

  const open = async (path: string, { apiKey, ...look }: Look = {}) => {
    const dashboard = await openDashboard(browser, { url: project.url, ...look });
    onTestFinished(dashboard.close);
    await dashboard.signIn(apiKey ?? project.adminKey(), path);
    await dashboard.page.getByRole('navigation', { name: 'Parts of this flag' }).waitFor();
    return dashboard;
  };
  const saveButton = (page: Page) => page.getByRole('button', { name: 'Review and save' });

  /** Presses Tab until what has the focus answers to this name. */
  const tabTo = async (page: Page, name: string) => {
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement as HTMLInputElement | null;
        return (
          element?.getAttribute('aria-label') ?? element?.labels?.[0]?.textContent?.trim() ?? element?.textContent ?? ''
        );
      });
    for (let presses = 0; presses < 300; presses++) {
      if ((await focused()) === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard reaches nothing called ${name}`);
  };

  it('is made, and edited in every part, by the keyboard alone', async () => {
    const dashboard = await openDashboard(browser, { url: project.url });
    onTestFinished(dashboard.close);
    const { page, signIn, complaints } = dashboard;
    await signIn(project.adminKey());
    const { keyboard } = page;
    await keyboard.press('n');
    await tabTo(page, 'Key');
    await keyboard.type('by-keyboard');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'by-keyboard' }).waitFor();
    await page.getByRole('navigation', { name: 'Parts of this flag' }).waitFor();

    await tabTo(page, 'Add a variant');
    await keyboard.press('Enter');
    await tabTo(page, 'Add a rule');
    await keyboard.press('Enter');
    await tabTo(page, 'Rule id');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('pilots');
    await tabTo(page, 'Attribute');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('repoId');
    await tabTo(page, 'Values, any of');
    await keyboard.type('acme/api');
    await keyboard.press('Enter');
    await keyboard.type('acme/web');
    await keyboard.press('Enter');
    await tabTo(page, 'Add a rule');
    await keyboard.press('Enter');
    // The second rule goes first: its row has the focus, Alt and an arrow move it.
    await page.locator('ol > li > div > button[aria-expanded]').nth(1).focus();
    await keyboard.press('Alt+ArrowUp');
    await tabTo(page, 'Add a condition');
    await keyboard.press('Shift+Tab');
    await tabTo(page, 'Add a prerequisite');
    await keyboard.press('Enter');
    await tabTo(page, 'Flag');
    await keyboard.type('base-tools');
    await tabTo(page, 'serves one of');
    await keyboard.type('on');
    await keyboard.press('Enter');
    await tabTo(page, 'Add an override');
    await keyboard.press('Enter');
    await tabTo(page, 'is one of');
    await keyboard.type('alice');
    await keyboard.press('Enter');
    await tabTo(page, 'gets');
    await keyboard.type('off');
    await tabTo(page, 'Schedule a change');
    await keyboard.press('Enter');
    await tabTo(page, 'State');
    await keyboard.type('turns off');
    await tabTo(page, 'Plan a rollout');
    await keyboard.press('Enter');
    await tabTo(page, 'Coverage');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('20');
    await tabTo(page, 'Add a step');
    await tabTo(page, 'Description');
    await keyboard.type('Made without a mouse');
    await tabTo(page, 'Owner');
    await keyboard.type('grace');
    await keyboard.press('ControlOrMeta+s');
    await page.getByRole('dialog').getByText('Who moves').waitFor();
    await keyboard.type('tried the keyboard');
    await keyboard.press('Enter');
    await page.getByText('version 2', { exact: true }).waitFor();

    const saved = await admin().getFlag({ key: 'by-keyboard' });
    expect(saved).toMatchObject({ version: 2, description: 'Made without a mouse', owner: 'grace' });
    expect(Object.keys(saved.variants)).toHaveLength(3);
    expect(saved.rules.map(({ id }) => id)).toEqual(['rule-2', 'pilots']);
    expect(saved.rules.find(({ id }) => id === 'pilots')?.when).toEqual([
      { attribute: 'repoId', op: 'in', values: ['acme/api', 'acme/web'] },
    ]);
    expect(saved).toMatchObject({
      prerequisites: [{ flag: 'base-tools', variants: ['on'] }],
      overrides: [{ attribute: 'userId', values: ['alice'], variant: 'off' }],
      fallthrough: { split: [{ variant: 'on', weight: 100 }] },
      schedule: [{ set: { enabled: false } }],
      rollout: { steps: [{ coverage: 20 }, { coverage: 50 }, { coverage: 100 }] },
    });
    const [newest] = (await admin().getFlagHistory({ key: 'by-keyboard' })).items;
    expect(newest?.reason).toBe('tried the keyboard');
    expect(complaints()).toEqual([]);
  });

  it('is edited at once by "e", from the list and from any of its parts', async () => {
    await admin().createFlag(documentOf('edited-by-e'));
    const { page } = await open('/flags/edited-by-e/history');
    const focused = () => page.evaluate(() => (document.activeElement as HTMLInputElement).labels?.[0]?.textContent);
    await page.locator('main').press('e');
    await expect.poll(focused).toBe('enabled');
    await page.getByRole('link', { name: 'Flags' }).first().click();
    await page.locator('tr[data-key=edited-by-e] a').press('e');
    await page.getByRole('navigation', { name: 'Parts of this flag' }).waitFor();
    await expect.poll(focused).toBe('enabled');
    await page.keyboard.press('?');
    const listed = (await page.getByRole('dialog').locator('dd').allInnerTexts()).sort();
    expect(listed).toEqual([
      'Edit',
      'Go to Docs',
      'Go to Feedback',
      'Go to Flags',
      'Go to Leaderboard',
      'Go to Models',
      'Go to Segments',
      'Redo',
      'Review and save',
      'These shortcuts',
      'Undo',
    ]);
  });

  it('says in the preview of a sticky split that a first answer may have been stored', async () => {
    const split = { split: [{ variant: 'on', weight: 1 }], sticky: 'taskId' };
    await admin().createFlag(documentOf('sticks', { fallthrough: split }));
    const { page } = await open('/flags/sticks');
    await page.getByLabel('userId', { exact: true }).fill('ann');
    await page.locator('[data-preview]').waitFor();
    expect(await page.getByText('keeps the first answer').count()).toBe(0);
    await page.getByLabel('taskId', { exact: true }).fill('T-1');
    await page.getByText('The split is sticky: taskId T-1 keeps the first answer it got.').waitFor();
  });

  it('answers "evaluate as" as the API does, for any context', async () => {
    await admin().createFlag(wholeFlag('whole-preview', 'base-tools'));
    const { page, complaints } = await open('/flags/whole-preview');
    const names = ['userId', 'repoId', 'taskType', 'clientVersion'] as const;
    const fields = await Promise.all(
      names.map((name) => page.getByLabel(name, { exact: true }).elementHandle() as Promise<InputHandle>),
    );
    /** What the page answers; all in one visit to it, since there are many to ask. */
    const previewOf = (texts: readonly string[]) =>
      page.evaluate(
        async ([inputs, values]) => {
          for (const [i, input] of inputs.entries()) {
            input.value = values[i]!;
            input.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise((drawn) => setTimeout(drawn));
          }
          const shown = document.querySelector<HTMLElement>('[data-preview]')!;
          return { typed: inputs[0]!.value, variant: shown.dataset['preview'], text: shown.innerText };
        },
        [fields, texts] as const,
      );
    const context = fc.record({
      userId: fc.oneof(
        fc.constantFrom('', 'alice', 'zoë'),
        fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
      ),
      repoId: fc.constantFrom('', 'acme/api', 'acme/other'),
      taskType: fc.constantFrom('', 'refactor', 'review'),
      clientVersion: fc.constantFrom('', '1.3.9', '1.4.0', 'not a version'),
    });
    const served = new Set<string>();
    for (const asked of fc.sample(context, { numRuns: 120, seed: 41 })) {
      const shown = await previewOf(names.map((name) => asked[name]));
      const { clientVersion, ...top } = asked;
      const known = Object.fromEntries(Object.entries(top).filter(([, text]) => text !== ''));
      // What a line of text cannot hold does not reach the page either.
      const { typed } = shown;
      const answer = await admin().evaluateFlag({
        key: 'whole-preview',
        ...known,
        ...(typed === '' ? {} : { userId: typed }),
        ...(clientVersion !== '' && { attributes: { clientVersion } }),
        explain: true,
      });
      expect(shown.variant, JSON.stringify(asked)).toBe(answer.variant);
      const { text } = shown;
      expect(text).toContain(answer.errorCode ? `${answer.reason}, ${answer.errorCode}` : answer.reason);
      for (const { why } of answer.trace ?? []) expect(text.replace(/\s+/g, ' ')).toContain(why.replace(/\s+/g, ' '));
      served.add(answer.variant);
    }
    expect([...served].sort()).toEqual(['control', 'long', 'short']);
    expect(complaints()).toEqual([]);
  });

  it('evaluates the draft, not what is saved, while one types', async () => {
    await admin().createFlag(documentOf('drafted'));
    const { page } = await open('/flags/drafted');
    await page.getByLabel('userId', { exact: true }).fill('bob');
    await expect.poll(() => page.locator('[data-preview]').getAttribute('data-preview')).toBe('off');
    await page.getByRole('region', { name: 'Default' }).getByLabel('Variant', { exact: true }).selectOption('on');
    await expect.poll(() => page.locator('[data-preview]').getAttribute('data-preview')).toBe('on');
    expect((await admin().evaluateFlag({ key: 'drafted', userId: 'bob' })).variant).toBe('off');
  });

  it('shows the diff and who moves before anything is written', async () => {
    await admin().createFlag(documentOf('rehearsed'));
    const at = new Date().toISOString();
    const exposures = ['ann', 'ben', 'cas'].map((unit) => ({
      flag: 'rehearsed',
      variant: 'off',
      unit,
      userId: unit,
      lastAt: at,
    }));
    await admin().recordExposures({ exposures });
    const { page } = await open('/flags/rehearsed');
    expect(await saveButton(page).isDisabled()).toBe(true);
    await page.getByRole('region', { name: 'Default' }).getByLabel('Variant', { exact: true }).selectOption('on');
    await saveButton(page).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('3 of 3 known contexts move; 100 % of 10,000 made-up units move.').waitFor();
    await dialog.getByText('fallthrough › variant').waitFor();
    expect((await admin().getFlag({ key: 'rehearsed' })).version).toBe(1);
    await dialog.getByLabel('Reason, for whoever reads the history').fill('it works');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('version 2', { exact: true }).waitFor();
    expect(await admin().getFlag({ key: 'rehearsed' })).toMatchObject({ version: 2, fallthrough: { variant: 'on' } });
    expect(await saveButton(page).isDisabled()).toBe(true);
  });

  it('gives two editors one 409, and both versions side by side', async () => {
    const before = await admin().createFlag(documentOf('contested', { owner: 'nobody' }));
    const { page, complaints } = await open('/flags/contested');
    await page.getByLabel('Owner').fill('mine');
    await page.getByLabel('Description').fill('mine alone');
    await saveButton(page).click();
    await page.getByRole('dialog').getByText('Who moves').waitFor();
    // Between the rehearsal and the write.
    await admin().updateFlag({ ...before, owner: 'theirs', enabled: false, reason: 'first' });
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else changed this meanwhile').waitFor();
    expect((await admin().getFlag({ key: 'contested' })).owner).toBe('theirs');

    await page.getByRole('button', { name: 'Compare' }).last().click();
    const rows = await page.getByRole('dialog').locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => row.replace(/\s+/g, ' ').trim()).sort()).toEqual([
      'description only you mine alone not there',
      'enabled only they true false',
      'owner ! both, differently mine theirs',
    ]);
    await page.getByRole('button', { name: 'Put mine on top of version 2' }).click();
    await saveButton(page).click();
    await page.getByRole('dialog').getByText('Who moves').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('version 3', { exact: true }).waitFor();
    expect(await admin().getFlag({ key: 'contested' })).toMatchObject({
      owner: 'mine',
      enabled: false,
      description: 'mine alone',
    });
    expect(complaints(/409/)).toEqual([]);
  });

  it('shows a change by somebody else at once, and never over what is being typed', async () => {
    const first = await admin().createFlag(documentOf('watched'));
    const { page } = await open('/flags/watched');
    const second = await admin().updateFlag({ ...first, description: 'from elsewhere' });
    await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('from elsewhere');

    await page.getByLabel('Description').fill('being typed');
    await admin().updateFlag({ ...second, description: 'again' });
    await page.getByText('Version 3 by somebody else came while you were editing version 2').waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('being typed');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Take theirs, drop my draft' }).click();
    await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('again');
    expect(await saveButton(page).isDisabled()).toBe(true);
  });

  it('goes back to a version of its history, after showing what that changes', async () => {
    const first = await admin().createFlag(documentOf('regretted', { description: 'good' }));
    await admin().updateFlag({ ...first, description: 'bad', reason: 'a mistake' });
    const { page } = await open('/flags/regretted/history');
    await page.getByText('“a mistake”').waitFor();
    await page.getByRole('button', { name: 'Go back to v1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Who moves').waitFor();
    expect(await dialog.locator('ins').allInnerTexts()).toEqual(['good']);
    await dialog.getByRole('button', { name: 'Go back to version 1' }).click();
    await page.getByText('rolled back').waitFor();
    expect(await admin().getFlag({ key: 'regretted' })).toMatchObject({ version: 3, description: 'good' });
  });

  it('is archived and restored with the diff shown first', async () => {
    await admin().createFlag(documentOf('retired'));
    const { page } = await open('/flags/retired');
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('dialog').getByText('Who moves').waitFor();
    const archive = page.getByRole('dialog').getByRole('button', { name: 'Archive' });
    expect(await archive.isDisabled()).toBe(true);
    await page.getByRole('dialog').getByLabel('Type its key').fill('retired');
    await archive.click();
    await page.getByText('This flag is archived: nothing evaluates it.').waitFor();
    expect((await admin().getFlag({ key: 'retired' })).archivedAt).toBeDefined();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('dialog').getByText('Who moves').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await expect.poll(async () => (await admin().getFlag({ key: 'retired' })).archivedAt).toBeUndefined();
    await saveButton(page).waitFor();
  });

  it('keeps form and JSON one document, and text that cannot be read until it can', async () => {
    await admin().createFlag(documentOf('two-views'));
    const { page } = await open('/flags/two-views');
    await page.getByLabel('Description').fill('from the form');
    await page.getByRole('link', { name: 'JSON' }).click();
    const text = page.getByLabel('The flag as JSON, as the API takes it');
    const document = JSON.parse(await text.inputValue()) as Record<string, unknown>;
    expect(document['description']).toBe('from the form');
    await text.fill('{ "key": "two-views",');
    await page
      .getByText(/no JSON/)
      .first()
      .waitFor();
    expect(await saveButton(page).isDisabled()).toBe(true);
    await text.fill(JSON.stringify({ ...document, owner: 'from JSON', fallthrough: { variant: 'nobody' } }));
    await page.getByText('no variant is called "nobody"').waitFor();
    await text.fill(JSON.stringify({ ...document, owner: 'from JSON' }));
    await page.getByRole('link', { name: 'Targeting' }).click();
    expect(await page.getByLabel('Owner').inputValue()).toBe('from JSON');
    expect(await saveButton(page).isDisabled()).toBe(false);
  });

  it('asks before what is unsaved is left, and not when parts of the same flag are looked at', async () => {
    await admin().createFlag(documentOf('half-done'));
    const { page } = await open('/flags/half-done');
    await page.getByLabel('Description').fill('half a sent');
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('created', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Targeting' }).click();
    expect(await page.getByLabel('Description').inputValue()).toBe('half a sent');
    await page.getByRole('link', { name: 'Flags' }).first().click();
    await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor();
    await page.getByRole('button', { name: 'Stay' }).click();
    await page.locator('main').press('u');
    await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('');
  });

  it('shows everything to a key that may only read, and says why nothing can be changed', async () => {
    await admin().createFlag(wholeFlag('looked-at', 'base-tools'));
    const { secret } = await admin().createKey({ name: 'agent', role: 'agent' });
    const { page } = await open('/flags/looked-at', { apiKey: secret });
    await page.getByText('Your key has the role agent: it may read flags, not change them').waitFor();
    await page.getByText('everyone else').first().waitFor();
    expect(await page.locator('main section[aria-labelledby] input:enabled').count()).toBe(
      await page.getByRole('region', { name: 'Evaluate as' }).locator('input').count(),
    );
    expect(await page.getByRole('button', { name: 'Add a rule' }).count()).toBe(0);
    expect(await saveButton(page).getAttribute('title')).toContain('Sign in with an editor key');
    await page.getByLabel('userId', { exact: true }).fill('bob');
    await expect.poll(() => page.locator('[data-preview]').count()).toBe(1);
  });

  it('draws usage, shows the same as a table, and says what fills an empty chart', async () => {
    await admin().createFlag(documentOf('used'));
    const { page, complaints } = await open('/flags/used/usage');
    await page.getByText('Nobody was served this flag in the last 7d').waitFor();
    const at = new Date().toISOString();
    await admin().recordExposures({
      exposures: [
        { flag: 'used', variant: 'on', unit: 'ann', count: 5, lastAt: at },
        { flag: 'used', variant: 'off', unit: 'ben', count: 2, lastAt: at },
      ],
    });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('img', { name: 'Exposures by day and variant' }).locator('canvas').waitFor();
    await page.locator('main').press('t');
    const last = page.getByRole('region', { name: 'Exposures as a table' }).locator('tbody tr').last();
    expect(await last.locator('td').allInnerTexts()).toEqual([at.slice(0, 10), '5', '2', 'v1']);

    const flag = await admin().getFlag({ key: 'used' });
    await admin().updateFlag({ ...flag, description: 'again', reason: 'to see it marked' });
    await page.locator('main').press('t');
    const mark = page.getByRole('list', { name: 'Changes of the flag' }).getByRole('link', { name: 'v1–2' });
    await mark.waitFor();
    expect(await mark.getAttribute('title')).toContain(': to see it marked');
    expect(await accessibilityFaults(page)).toEqual([]);
    await mark.click();
    await page.locator('li[aria-current]').getByText('“to see it marked”').waitFor();
    expect(complaints()).toEqual([]);
  });

  it.each([
    ['light', 1440],
    ['dark', 360],
  ] as const)('has no fault that axe knows, and scrolls nowhere sideways: %s, %i px', async (theme, width) => {
    const key = `whole-${theme}`;
    await admin().createFlag(wholeFlag(key, 'base-tools'));
    const { page, complaints } = await open(`/flags/${key}`, { theme, width });
    for (const row of await page.locator('ol > li > div > button[aria-expanded]').all()) await row.click();
    await page.getByLabel('userId', { exact: true }).fill('bob');
    expect(await accessibilityFaults(page)).toEqual([]);
    await expectNoSidewaysScroll(page);
    for (const part of ['JSON', 'Usage', 'History', 'Rollout', 'Experiment']) {
      await page.getByRole('link', { name: part, exact: true }).click();
      await expect.poll(() => page.locator('main [aria-busy=true]').count()).toBe(0);
      expect(await accessibilityFaults(page), part).toEqual([]);
      await expectNoSidewaysScroll(page);
    }
    await page.getByRole('link', { name: 'Targeting' }).click();
    await page.getByLabel('enabled').uncheck();
    await saveButton(page).click();
    await page.getByRole('dialog').getByText('Who moves').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('shows how far a rollout plan is and who is next, and pauses and resumes it', async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    await admin().createFlag(
      documentOf('rolled-out', {
        fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage: 0 },
        rollout: {
          steps: [
            { at: '2026-01-01T00:00:00.000Z', coverage: 40 },
            { at: soon, coverage: 100 },
          ],
        },
      }),
    );
    const units = Array.from({ length: 20 }, (_, i) => `unit-${i}`);
    await admin().recordExposures({
      exposures: units.map((unit) => ({ flag: 'rolled-out', variant: 'off', unit, userId: unit })),
    });
    const { reached, next } = await admin().getRollout({ key: 'rolled-out' });
    const { page, complaints } = await open('/flags/rolled-out/rollout');
    await page.getByText(`(${reached.units} of 20 known units)`).waitFor();
    const waiting = page.getByRole('region', { name: 'Who is next' });
    expect(await waiting.locator('tbody td:first-child').allInnerTexts()).toEqual(next!.units.map(({ unit }) => unit));
    expect(reached.units + next!.count).toBe(20);

    const dialog = page.getByRole('dialog');
    const turn = async (verb: string, reason: string) => {
      await page.getByRole('button', { name: verb, exact: true }).click();
      await dialog.getByText('Who moves').waitFor();
      await dialog.getByLabel('Reason').fill(reason);
      expect(await accessibilityFaults(page)).toEqual([]);
      await dialog.getByRole('button', { name: verb, exact: true }).click();
      await expect.poll(() => dialog.count()).toBe(0);
    };
    await turn('Pause', 'errors went up');
    await page.getByText('held').waitFor();
    expect((await admin().getFlag({ key: 'rolled-out' })).rollout?.pausedAt).toBeDefined();
    await turn('Resume', 'errors were not ours');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect((await admin().getFlag({ key: 'rolled-out' })).rollout?.pausedAt).toBeUndefined();
    await turn('End', 'far enough');
    await page.getByText('No rollout plan').waitFor();
    const ended = await admin().getFlag({ key: 'rolled-out' });
    expect([ended.rollout, ended.fallthrough]).toMatchObject([undefined, { coverage: 40 }]);
    const { items } = await admin().getFlagHistory({ key: 'rolled-out' });
    expect(items.map(({ reason }) => reason)).toEqual([
      'far enough',
      'errors were not ours',
      'errors went up',
      undefined,
    ]);
    expect(complaints()).toEqual([]);
  });

  it('has pages for segments: made, edited, asked about by flags, seen in the preview, deleted only when unused', async () => {
    const dashboard = await openDashboard(browser, { url: project.url });
    onTestFinished(dashboard.close);
    const { page, signIn, complaints } = dashboard;
    await signIn(project.adminKey(), '/segments');
    await page.getByText('No segments yet').waitFor();
    await page.getByRole('button', { name: 'New segment' }).click();
    await page.getByLabel('Key').fill('pilot-users');
    await page.getByRole('button', { name: 'Create segment' }).click();
    await page.getByLabel('Always in the segment').fill('alice');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ControlOrMeta+s');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('version 2', { exact: true }).waitFor();
    expect(await admin().getSegment({ key: 'pilot-users' })).toMatchObject({ included: ['alice'] });

    await admin().createFlag(
      documentOf('segmented', {
        rules: [
          {
            id: 'pilots',
            when: [{ attribute: 'userId', op: 'segment', values: ['pilot-users'] }],
            serve: { variant: 'on' },
          },
        ],
      }),
    );
    await page.getByRole('link', { name: 'segmented' }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.goto('/flags/segmented');
    const shown = page.locator('[data-preview]');
    await page.getByLabel('userId', { exact: true }).fill('alice');
    await expect.poll(() => shown.getAttribute('data-preview')).toBe('on');
    const { version, ...segment } = await admin().getSegment({ key: 'pilot-users' });
    await admin().updateSegment({ ...segment, version, excluded: ['alice'] });
    await expect.poll(() => shown.getAttribute('data-preview')).toBe('off');

    await admin().archiveFlag({ key: 'segmented' });
    await page.goto('/segments/pilot-users');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByLabel('Type its key').fill('pilot-users');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No segments yet').waitFor();
    expect(complaints()).toEqual([]);
  });

  it('gives two editors of a segment both versions side by side, and neither is lost', async () => {
    const before = await admin().createSegment({ key: 'shared-group', included: ['ann'], description: 'first' });
    const dashboard = await openDashboard(browser, { url: project.url, theme: 'dark' });
    onTestFinished(dashboard.close);
    const { page, signIn, complaints } = dashboard;
    await signIn(project.adminKey(), '/segments/shared-group');
    await page.getByLabel('Always in the segment').fill('mine');
    await page.keyboard.press('Enter');
    await page.getByLabel('Description').fill('mine');
    await admin().updateSegment({ ...before, included: ['ann', 'theirs'], description: 'theirs' });
    await page.getByText('Version 2 by somebody else came while you were editing version 1').waitFor();
    await page.getByRole('button', { name: 'Compare' }).click();
    const rows = await page.getByRole('dialog').locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => row.replace(/\s+/g, ' ').trim()).sort()).toEqual([
      'description ! both, differently mine theirs',
      'included/mine only you listed not there',
      'included/theirs only they not there listed',
    ]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Put mine on top of version 2' }).click();
    await page.keyboard.press('ControlOrMeta+s');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('version 3', { exact: true }).waitFor();
    expect(await admin().getSegment({ key: 'shared-group' })).toMatchObject({
      description: 'mine',
      included: ['ann', 'theirs', 'mine'],
    });
    expect(complaints()).toEqual([]);
  });

  it('shows an experiment with interval and n of each variant, and says what is still missing', async () => {
    await admin().createFlag(
      documentOf('tried', {
        fallthrough: {
          split: [
            { variant: 'on', weight: 1 },
            { variant: 'off', weight: 1 },
          ],
        },
      }),
    );
    const { page, complaints } = await open('/flags/tried/experiment');
    await page.getByText('Nothing is known of success for the variants of tried').waitFor();
    const units = Array.from({ length: 40 }, (_, i) => `tried-${i}`);
    const answers = await Promise.all(units.map((userId) => admin().evaluateFlag({ key: 'tried', userId })));
    await admin().recordExposures({
      exposures: answers.map(({ variant, reason, flagVersion }, i) => ({
        flag: 'tried',
        variant,
        reason,
        flagVersion,
        unit: units[i]!,
        userId: units[i]!,
        taskId: `task-of-${units[i]}`,
      })),
    });
    await Promise.all(
      units.map((userId, i) => {
        const task = { taskId: `task-of-${userId}`, taskType: 'refactor', model: 'some-model', userId };
        return admin().recordOutcome({ ...task, timeMs: 1_000, outcome: i % 3 === 0 ? 'failed' : 'solved' });
      }),
    );
    await page.getByRole('button', { name: 'Refresh' }).click();
    const known = await admin().getExperiment({ key: 'tried' });
    const rows = page.locator('table').first().locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    for (const [i, { variant, mean, interval, unitsWithOutcome }] of known.variants.entries()) {
      const percent = (share: number) => (share * 100).toFixed(1);
      const bounds = interval!.map(percent).join(', ');
      expect(await rows.nth(i).innerText()).toContain(variant);
      expect(await rows.nth(i).innerText()).toContain(`${percent(mean!)} % [${bounds}] n=${unitsWithOutcome}`);
    }
    await page.getByText(known.decision.text).filter({ visible: true }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });
});
