import { createClient } from '@whetstone/shared/client';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startOpenAiStandIn } from '../support/openai-stand-in.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { accessibilityFaults, expectNoSidewaysScroll, openDashboard } from './support/browser.ts';
import { armPage, expectNoForeignElements, expectShownAsText, hostileTexts } from './support/hostile-texts.ts';
import { openChromium } from './support/shared.ts';

const size = 12;
const sums = Array.from({ length: size }, (_, i) => ({
  task_id: `sums/${String(i).padStart(2, '0')}`,
  prompt: `def plus_${i}(x):\n    """Adds ${i}."""\n`,
  entry_point: `plus_${i}`,
  canonical_solution: `    return x + ${i}\n`,
  test: `def check(candidate):\n    assert candidate(1) == ${i + 1}\n`,
}));
const hostile = hostileTexts.slice(0, 14).map((text, i) => ({
  task_id: `${i} ${text}`,
  prompt: `def f${i}():\n    ${JSON.stringify(text)}\n`,
  entry_point: `f${i}`,
  canonical_solution: `    return ${JSON.stringify(text)}\n`,
  test: `def check(candidate):\n    assert candidate() == "right", ${JSON.stringify(text)}\n`,
}));
const hostileLabel = '<img src=x onerror=alarm()> "><script>alarm()</script>';

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('the pages of evals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-evals-pages-'));
  let server: TestServer;
  let browser: Browser;
  let standIn: Awaited<ReturnType<typeof startOpenAiStandIn>>;
  const client = () => createClient({ baseUrl: server.url, apiKey: server.adminKey() });
  /** Problems whose answers the model keeps back. */
  const held = new Map<string, () => void>();
  let isHolding = false;
  const release = async (problemId: string) => {
    await vi.waitFor(() => expect([...held.keys()]).toContain(problemId), { timeout: 20_000 });
    held.get(problemId)!();
  };

  const started = async (request: Pick<EvalRunRequest, 'subject'> & Partial<EvalRunRequest>) =>
    (await client().startEvalRun({ dataset: 'sums.jsonl', ...request })).runId;
  const run = async (request: Parameters<typeof started>[0]) => {
    const runId = await started(request);
    await vi.waitFor(
      async () => expect((await client().getEvalResults({ runId, limit: 1 })).run.status).toBe('completed'),
      { timeout: 60_000, interval: 200 },
    );
    return runId;
  };
  /** Recorded answers, of which the first so many are right. */
  const answers = (label: string, right: number, promptVersion = 'v1') => ({
    subject: {
      kind: 'samples' as const,
      label,
      promptVersion,
      samples: sums.map(({ task_id, canonical_solution }, i) => ({
        task_id,
        completion: i < right ? canonical_solution : `    return ${JSON.stringify(label)}\n`,
      })),
    },
  });
  let runs: { before: string; after: string; hostile: string };

  beforeAll(async () => {
    writeFileSync(join(folder, 'sums.jsonl'), lines(sums));
    writeFileSync(join(folder, 'hostile.jsonl'), lines(hostile));
    standIn = await startOpenAiStandIn({
      answer: ({ messages }) => {
        const asked = messages.map(({ content }) => content).join('\n');
        const problem = sums.find(({ prompt }) => asked.includes(prompt.trim()))!;
        return {
          problemId: problem.task_id,
          text: `\`\`\`python\n${problem.prompt}${problem.canonical_solution}\`\`\``,
        };
      },
      hold: (problemId) =>
        isHolding ? new Promise<void>((go) => held.set(problemId, go)) : Promise.resolve(undefined),
    });
    [server, browser] = await Promise.all([
      startServer({
        env: {
          WHETSTONE_DATASETS_DIR: folder,
          OPENAI_API_KEY: 'sk-fake-for-tests',
          OPENAI_BASE_URL: standIn.baseUrl,
          WHETSTONE_MODEL_PRICE: '1/2',
        },
      }),
      openChromium(),
    ]);
    const samples = hostile.map(({ task_id, canonical_solution }) => ({ task_id, completion: canonical_solution }));
    const inTurn = async () => ({
      before: await run(answers('line', size)),
      after: await run(answers('line', 4, 'v2')),
    });
    const [line, ofHostile] = await Promise.all([
      inTurn(),
      run({ dataset: 'hostile.jsonl', subject: { kind: 'samples', label: hostileLabel, samples } }),
      run(answers('steady', size)),
      run(answers('weak', 2)),
      run({ subject: { kind: 'model', model: 'stand-in' } }),
    ]);
    runs = { ...line, hostile: ofHostile };
    await client().importPublishedResults({
      source: 'aider',
      dataset: 'sums.jsonl',
      content: '- model: claimed-model\n  test_cases: 20\n  pass_rate_1: 95.0\n  date: 2026-01-01\n',
    });
  }, 120_000);
  afterAll(async () => {
    for (const go of held.values()) go();
    await browser?.close();
    await server?.stop();
    await standIn?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (path: string, { key = server.adminKey(), ...options }: { key?: string; width?: number } = {}) => {
    const dashboard = await openDashboard(browser, { url: server.url, ...options });
    onTestFinished(dashboard.close);
    await dashboard.signIn(key, path);
    await dashboard.page.waitForFunction(
      () => document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]'),
    );
    return dashboard;
  };
  const board = '/leaderboard?dataset=sums.jsonl';

  it('group subjects that cannot be told apart, each figure with its interval and its n', async () => {
    const { page, complaints } = await open(board);
    const table = page.getByRole('table', { name: 'measured here' });
    const rows = (await table.locator('tbody tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
    const at = (start: string) => rows.findIndex((text) => text.startsWith(start));
    expect(rows[0]).toMatch(/^Best group: 2 that cannot be told apart/);
    expect(Math.max(at('steady'), at('stand-in'))).toBeLessThan(at('Group 2'));
    expect(at('Group 2')).toBeLessThan(at('weak'));
    expect(rows[at('weak')]).toMatch(/16\.7 % \[\d+\.\d, \d+\.\d\] n=12/);
    expect(rows[at('stand-in')]).toMatch(/◆ \$0\.\d+/);
    expect(rows[at('steady')]).toMatch(/samples .* n=12 - /);
    // Claims are in a table of their own.
    await expect(page.getByRole('table', { name: 'Published results' }).innerText()).resolves.toContain(
      'claimed-model',
    );
    expect(rows.join()).not.toContain('claimed-model');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('lead from the mark of a regression to it, and show the data of charts as a table at a key', async () => {
    const { page } = await open(board);
    const [regression] = (await client().listRegressions({})).items;
    const mark = page.getByRole('list', { name: 'Regressions' }).getByRole('link');
    await expect.poll(() => mark.getAttribute('href')).toBe(`/regressions/${regression?.id}`);
    await page.keyboard.press('t');
    const over = page.getByRole('region', { name: 'Runs over time' });
    await expect(over.getByRole('row').filter({ hasText: 'found' }).innerText()).resolves.toMatch(/line\s+33\.3 % \[/);
    await expect(page.getByRole('region', { name: 'Cost and quality as a table' }).innerText()).resolves.toContain(
      'stand-in',
    );
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
  });

  it('are filtered, and opened from the leaderboard, by keys alone', async () => {
    const { page } = await open(board);
    const { keyboard } = page;
    const named = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    await page.getByLabel('Data set').focus();
    await keyboard.press('Tab');
    await keyboard.type('model');
    await page.waitForURL(/kind=model/);
    await keyboard.press('Tab');
    expect(await named()).toBe('7d');
    await keyboard.press('Enter');
    await page.waitForURL(/range=7d/);
    expect(await named()).toBe('7d');
    await expect.poll(() => page.locator('a.row-link').allInnerTexts()).toEqual(['stand-in']);
    await keyboard.press('j');
    expect(await named()).toBe('stand-in');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'stand-in on sums.jsonl' }).waitFor();
  });

  it('keep what one looks at in the address', async () => {
    const { page } = await open(board);
    await page.getByLabel('Subjects').selectOption('model');
    await page.getByRole('button', { name: '7d' }).click();
    await page.waitForURL(/kind=model/);
    await page.reload();
    await page.locator('a.row-link').first().waitFor();
    await expect(page.getByLabel('Subjects').inputValue()).resolves.toBe('model');
    await expect(page.locator('a.row-link').allInnerTexts()).resolves.toEqual(['stand-in']);
    await page.goto('/runs');
    await page.getByLabel('Data set').selectOption('hostile.jsonl');
    await page.waitForURL(/dataset=hostile/);
    await page.reload();
    await page.locator('tr[data-key]').waitFor();
    await expect(page.locator('tr[data-key]').count()).resolves.toBe(1);
  });

  it('follow a run over a broken connection to its end, signed in to two projects of which the other has no such run', async () => {
    isHolding = true;
    onTestFinished(() => void (isHolding = false));
    const problems = sums.slice(0, 4).map(({ task_id }) => task_id);
    const runId = await started({ subject: { kind: 'model', model: 'stand-in' }, problems });
    const dashboard = await openDashboard(browser, { url: server.url });
    onTestFinished(dashboard.close);
    const { page } = dashboard;
    const sockets: WebSocketRoute[] = [];
    let isDown = false;
    await page.routeWebSocket(/\/api\/eval\/live\//, (socket) => {
      sockets.push(socket);
      if (isDown) void socket.close();
      else socket.connectToServer();
    });
    // By the form, after which the tab keeps to this project.
    await dashboard.showKey(server.adminKey());
    const other = await client().createProject({ name: 'other' });
    await page.evaluate(
      (key) =>
        fetch('/auth/key', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ key }),
        }),
      other.adminKey.secret,
    );
    await page.goto(`/runs/${runId}`);
    await page.getByText('0 of 4').waitFor();
    await release(problems[0]!);
    await page.getByText('1 of 4').waitFor();
    isDown = true;
    await sockets.at(-1)!.close();
    await page.getByText('live events lost').waitFor();
    await release(problems[1]!);
    isDown = false;
    await page.getByText('2 of 4').waitFor();
    await expect.poll(() => page.getByText('live events lost').count()).toBe(0);
    expect(new URL(sockets.at(-1)!.url()).searchParams.get('after')).not.toBe('0');
    expect(sockets.map((socket) => socket.url()).join()).not.toContain(server.adminKey());
    await release(problems[2]!);
    await release(problems[3]!);
    await page.locator('main').getByText('completed').waitFor();
    await expect(page.locator('tr[data-key]').count()).resolves.toBe(4);
    expect(dashboard.complaints()).toEqual([]);
    await page.getByLabel('Project').selectOption(other.id);
    await page.getByRole('heading', { name: 'Flags' }).waitFor();
    await page.goto(`/runs/${runId}`);
    await page.getByText('There is nothing at this address').waitFor();
  });

  it('show what came meanwhile to who leaves a live run and comes back', async () => {
    isHolding = true;
    onTestFinished(() => void (isHolding = false));
    const problems = sums.slice(7, 10).map(({ task_id }) => task_id);
    const runId = await started({ subject: { kind: 'model', model: 'stand-in' }, problems });
    const { page, complaints } = await open(`/runs/${runId}`);
    await release(problems[0]!);
    await page.getByText('1 of 3').waitFor();
    await page.getByRole('link', { name: 'Leaderboard' }).last().click();
    await page.getByRole('heading', { name: 'Leaderboard' }).waitFor();
    await release(problems[1]!);
    await vi.waitFor(async () => {
      expect((await client().getEvalResults({ runId, limit: 1 })).run.doneCount).toBe(2);
    });
    await page.goBack();
    await page.getByText('2 of 3').waitFor();
    await expect(page.locator('tr[data-key]').count()).resolves.toBe(2);
    await release(problems[2]!);
    await page.locator('main').getByText('completed').waitFor();
    await page.getByText('3 of 3').waitFor();
    await expect(page.locator('tr[data-key]').count()).resolves.toBe(3);
    await expect(page.getByRole('button', { name: 'Cancel' }).count()).resolves.toBe(0);
    expect(complaints()).toEqual([]);
  });

  it('stop a run and go on with it', async () => {
    isHolding = true;
    onTestFinished(() => void (isHolding = false));
    const problems = sums.slice(4, 7).map(({ task_id }) => task_id);
    const runId = await started({ subject: { kind: 'model', model: 'stand-in' }, problems });
    const { page } = await open(`/runs/${runId}`);
    await release(problems[0]!);
    await page.getByText('1 of 3').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('main').getByText('⊘ cancelled').waitFor();
    isHolding = false;
    for (const go of held.values()) go();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('main').getByText('completed').waitFor();
    await page.getByText('3 of 3').waitFor();
  });

  it('lead from a run to what was asked, answered and said of one problem', async () => {
    const { page, complaints } = await open(`/runs/${runs.after}`);
    await page.getByRole('button', { name: 'failed 8' }).click();
    await expect.poll(() => page.locator('tr[data-key]').count()).toBe(8);
    await expect(page.locator('tr[data-key]').first().innerText()).resolves.toContain('assert candidate(1) == 5');
    await page.reload();
    await page.getByRole('link', { name: 'sums/04' }).click();
    await page.getByRole('heading', { name: 'sums/04' }).waitFor();
    await expect(page.getByRole('region', { name: 'The prompt' }).innerText()).resolves.toContain('Adds 4.');
    const answer = page.getByRole('region', { name: 'The answer' });
    await answer.locator('span.text-accent', { hasText: 'return' }).waitFor();
    await expect(answer.innerText()).resolves.toContain('return "line"');
    await expect(page.getByRole('region', { name: 'What tests' }).innerText()).resolves.toContain('AssertionError');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('compare two runs problem by problem', async () => {
    const { page } = await open(`/runs/${runs.after}`);
    const select = page.getByLabel('Compare with');
    await select.selectOption(runs.before);
    await page.waitForURL(/\/runs\/compare\?a=/);
    await page.getByText('B is worse by 66.7 points').waitFor();
    const cells = await page.getByRole('table', { name: 'Problems', exact: true }).locator('tbody td').allInnerTexts();
    expect(cells).toEqual(['4', '8 lost', '0 gained', '0']);
    await expect(page.getByText('prompt v1').count()).resolves.toBe(1);
    await page.getByRole('link', { name: 'its answer to sums/04' }).click();
    await page.waitForURL(new RegExp(`/runs/${runs.before}/sample`));
  });

  it('list 500 problems of a run and of a comparison, each within reach', async () => {
    const { page, complaints } = await open('/runs');
    const many = <T extends { problemId: string }>(items: readonly T[]): T[] =>
      Array.from({ length: 500 }, (_, i) => ({ ...items[i % items.length]!, problemId: `many/${i}` }));
    await page.route(/\/api\/eval\/(results\/[^/]+\?|compare)/, async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { items?: { problemId: string }[]; discordant?: { problemId: string }[] };
      const grown = {
        ...body,
        ...(body.items?.[0]?.problemId !== undefined && { items: many(body.items) }),
        ...(body.discordant && { discordant: many(body.discordant) }),
      };
      await route.fulfill({ response, json: grown });
    });
    const rows = page.locator('tr[data-key]');
    const all = () => expect.poll(() => rows.count(), { timeout: 30_000 }).toBe(500);
    await page.goto(`/runs/${runs.after}`);
    await all();
    await page.getByRole('button', { name: 'passed' }).click();
    await expect.poll(() => rows.getByText('failed').count()).toBe(0);
    await page.goto(`/runs/compare?a=${runs.before}&b=${runs.after}`);
    await all();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/sample\?problem=many%2F0/);
    expect(complaints(/404/)).toEqual([]);
  });

  it('start a run, say at the field what is wrong with it, and refuse who may not', async () => {
    const { page, complaints } = await open('/runs?dataset=sums.jsonl');
    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog');
    const field = (name: string) => dialog.getByLabel(name, { exact: true });
    await field('Samples of each problem').fill('many');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.locator('input[aria-invalid=true]').first().waitFor();
    const complaintAt = (name: string) =>
      field(name).evaluate((input) => document.getElementById(input.getAttribute('aria-describedby')!)!.textContent);
    expect(await complaintAt('Model')).toMatch(/>=1/);
    expect(await complaintAt('Samples of each problem')).toMatch(/number/i);
    await field('Model').fill('stand-in');
    await field('Samples of each problem').fill('1');
    await field('Problems').fill('2');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.getByText(/2 problems; it will cost about \$\d/).waitFor();
    await dialog.getByRole('button', { name: 'Follow it' }).click();
    await page.getByRole('heading', { name: 'stand-in on sums.jsonl' }).waitFor();
    await page.locator('main').getByText('completed').waitFor();
    expect(complaints(/400/)).toEqual([]);

    const { secret } = await client().createKey({ name: 'looks', role: 'viewer' });
    const viewer = await open('/runs', { key: secret });
    await expect(viewer.page.getByRole('button', { name: 'New run' }).isDisabled()).resolves.toBe(true);
  });

  it('say what is not there', async () => {
    const { page } = await open('/runs/01890000-0000-7000-8000-000000000000');
    await page.getByText('There is nothing at this address').waitFor();
    await page.goto(`/runs/compare?a=${runs.before}&b=${runs.hostile}`);
    await page.getByRole('alert').waitFor();
    await page.goto('/leaderboard?dataset=mbpp');
    await page.getByText('Nothing was measured on mbpp').waitFor();
  });

  it('show hostile ids, labels, prompts, answers and verdicts as the texts they are, narrow as well', async () => {
    const dashboard = await openDashboard(browser, { url: server.url, width: 360, height: 740 });
    onTestFinished(dashboard.close);
    const { page } = dashboard;
    const { alarms, foreign } = await armPage(page);
    await dashboard.signIn(server.adminKey());
    for (const path of ['/leaderboard?dataset=hostile.jsonl', '/runs', `/runs/${runs.hostile}`]) {
      await page.goto(path);
      await page.getByText(hostileLabel).first().waitFor();
      await expectNoForeignElements(page);
      await expectNoSidewaysScroll(page);
    }
    await expectShownAsText(
      page,
      hostile.map(({ task_id }) => task_id),
    );
    for (const { task_id } of hostile.slice(0, 3)) {
      await page.goto(`/runs/${runs.hostile}/sample?${new URLSearchParams({ problem: task_id })}`);
      await page.locator('main code span').first().waitFor();
      await expectShownAsText(page, [task_id]);
      await expectNoForeignElements(page);
    }
    expect({ alarms, foreign }).toEqual({ alarms: [], foreign: [] });
    expect(dashboard.complaints()).toEqual([]);

    rmSync(join(folder, 'hostile.jsonl'));
    await page.reload();
    await page.getByText('The data set is not on this server any more').waitFor();
  });
});
