import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleReport } from '../../evals/test/support/sample-report.ts';
import { reportPage } from '../../evals/src/report/html/page.ts';
import { startEvalsCli } from '../support/evals-cli.ts';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { armPage, hostileTexts } from './support/hostile-texts.ts';
import { openChromium } from './support/shared.ts';

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-report-'));
const problems = hostileTexts.map((text, i) => ({ id: `${i} ${text}`, text, isRight: i % 3 !== 0 }));
const out = join(scratch, 'run');
const address = pathToFileURL(join(out, 'report.html')).href;
let browser: Browser;

/** A real run: hostile ids, prompts, answers and, by way of what fails, verdicts. */
beforeAll(async () => {
  const dataset = join(scratch, 'hostile.jsonl');
  const samples = join(scratch, 'answers.jsonl');
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(
    dataset,
    lines(
      problems.map(({ id, text, isRight }, i) => ({
        task_id: id,
        prompt: `def f${i}():\n    ${JSON.stringify(text)}\n`,
        entry_point: `f${i}`,
        canonical_solution: `    return ${JSON.stringify(text)}\n`,
        test: `def check(candidate):\n    assert candidate() ${isRight ? '==' : '!='} ${JSON.stringify(text)}, ${JSON.stringify(text)}\n`,
      })),
    ),
  );
  writeFileSync(
    samples,
    lines(problems.map(({ id, text }) => ({ task_id: id, completion: `    return ${JSON.stringify(text)}\n` }))),
  );
  const { code, stderr } = await startEvalsCli(
    ['run', '--dataset', dataset, '--samples', samples, '--no-check-reference', '--out', out],
    { WHETSTONE_CACHE_DIR: join(scratch, 'cache') },
  ).ended;
  expect(stderr + code).toMatch(/0$/);
  browser = await openChromium();
});
afterAll(() => browser?.close());

const rowsOf = (page: Page) => page.locator('#samples tbody tr.row');
const firstRow = (page: Page) => rowsOf(page).first().locator('td').first();

/** Elements that no report has by itself, and links and handlers that lead out of it. */
const strangersIn = (page: Page) =>
  page.evaluate(() => {
    const own =
      /^(html|head|meta|title|style|body|header|main|section|h[1-3]|div|dl|d[dt]|small|span|p|pre|a|input|button|table|thead|tbody|t[rhd]|script|svg|g|line|rect|circle|path|text)$/;
    const isStrange = (one: Element) =>
      !own.test(one.tagName.toLowerCase()) ||
      (one.tagName === 'A' && !one.getAttribute('href')?.startsWith('#')) ||
      [...one.attributes].some(({ name }) => /^on|^src/.test(name));
    const scripts = [...document.scripts].slice(2);
    return [...document.querySelectorAll('*')]
      .filter(isStrange)
      .concat(scripts)
      .map(({ outerHTML }) => outerHTML.slice(0, 200));
  });

describe('the report of a run', () => {
  it('shows hostile ids, prompts, answers and verdicts as the texts they are', async () => {
    const { page, complaints } = await openDashboard(browser, { url: address });
    const { alarms, foreign } = await armPage(page);
    await page.goto(address);
    for (const [index, { id, text, isRight }] of problems.entries()) {
      const row = rowsOf(page).nth(index);
      await row.click();
      const shown = await page.locator('tr.inside pre').allTextContents();
      expect(shown).toContain(`    return ${JSON.stringify(text)}\n`);
      if (!isRight) expect(shown[0]).toContain(text.trim().split('\n')[0]!.trim());
      expect(await row.locator('td').first().textContent()).toBe(id);
    }
    expect(await strangersIn(page)).toEqual([]);
    // The report itself is what was asked for, and nothing else.
    expect({ alarms, foreign }).toEqual({ alarms: [], foreign: [address] });
    expect(complaints()).toEqual([]);
  });

  it('is searched, filtered and sorted', async () => {
    const { page, complaints } = await openDashboard(browser, { url: address });
    await page.goto(address);
    const failed = problems.filter(({ isRight }) => !isRight).length;
    await page.getByRole('button', { name: `failed ${failed}` }).click();
    await expect.poll(() => rowsOf(page).count()).toBe(failed);
    await page.keyboard.press('/');
    await page.keyboard.type('<iframe');
    const matching = problems.filter(({ id, isRight }) => !isRight && id.toLowerCase().includes('<iframe'));
    await expect.poll(() => rowsOf(page).count()).toBe(matching.length);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: `failed ${failed}` }).click();
    await page.getByRole('button', { name: 'Problem' }).click();
    expect(await firstRow(page).textContent()).toBe(problems[0]!.id);
    await page.getByRole('button', { name: 'Problem' }).click();
    expect(await firstRow(page).textContent()).toBe(problems.at(-1)!.id);
    expect(await page.locator('th').first().getAttribute('aria-sort')).toBe('descending');
    expect(complaints()).toEqual([]);
  });

  it('is walked through from the keyboard, and an address opens what it names', async () => {
    const { page, complaints } = await openDashboard(browser, { url: address });
    await page.goto(address);
    await rowsOf(page).first().waitFor();
    for (const key of ['j', 'j', 'j', 'k', 'Enter']) await page.keyboard.press(key);
    expect(await page.locator('tr.row.open').getAttribute('data-index')).toBe('1');
    expect(await page.evaluate(() => document.activeElement?.closest('tr')?.dataset['index'])).toBe('1');
    const link = page.url();
    await page.keyboard.press('Enter');
    expect(await page.locator('tr.row.open').count()).toBe(0);

    for (const hash of ['#%', '#%E0%A4%A', '#nobody']) await page.goto(`${address}${hash}`);
    expect(await page.locator('tr.row.open').count()).toBe(0);
    await page.goto(link);
    await page.reload();
    expect(await page.locator('tr.row.open').getAttribute('data-index')).toBe('1');
    expect(complaints()).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('is clean to axe in %s, closed and open, wide and narrow', async (theme) => {
    for (const width of [1440, 400]) {
      const { page, context, complaints } = await openDashboard(browser, { url: address, theme, width });
      // The policy keeps axe out as it keeps out everybody.
      await page.goto(address);
      await rowsOf(page).first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await rowsOf(page).first().click();
      expect(await accessibilityFaults(page)).toEqual([]);
      await expectNoSidewaysScroll(page);
      expect(complaints()).toEqual([]);
      await context.close();
    }
  });

  it('of 10,000 samples opens, finds and unfolds one', async () => {
    const report = sampleReport();
    const results = Array.from({ length: 10_000 }, (_, i) => ({
      problemId: `p${i}`,
      sampleIndex: 0,
      status: i % 4 ? ('passed' as const) : ('failed' as const),
      timeMs: i % 977,
      ...(i % 4 === 0 && { detail: `AssertionError: ${i}` }),
    }));
    const many = results.map(({ problemId }) => ({ ...report.problems[0]!, id: problemId }));
    const file = join(scratch, 'many.html');
    writeFileSync(file, reportPage({ ...report, problems: many, results }));
    const { page, complaints } = await openDashboard(browser, { url: pathToFileURL(file).href });
    const startedAt = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.getByText('10000 of 10000').waitFor();
    const openedAt = performance.now();
    await page.getByRole('searchbox').fill('p9999');
    await page.getByText('1 of 10000').waitFor();
    await rowsOf(page).first().click();
    await page.locator('tr.inside').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByText('10000 of 10000').waitFor();
    await page.getByRole('button', { name: 'Show more (9500 left)' }).click();
    await expect.poll(() => rowsOf(page).count()).toBe(1000);
    await page.goto(`${pathToFileURL(file).href}#p7000`);
    await page.reload({ timeout: 30_000 });
    expect(await page.locator('tr.row.open').getAttribute('data-index')).toBe('7000');
    console.info(
      `10,000 samples: open ${Math.round(openedAt - startedAt)} ms, search, unfold and back ${Math.round(performance.now() - openedAt)} ms`,
    );
    expect(complaints()).toEqual([]);
  });
});
