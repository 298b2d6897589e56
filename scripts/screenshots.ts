import { createClient } from '@whetstone/shared/client';
import { mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openDashboard } from '../test/browser/support/browser.ts';
import { launchChromium } from '../test/browser/support/chromium.ts';
import { startEvalsWorld } from '../test/browser/support/evals-world.ts';
import { followRecommendations, sendSampleOutcomes } from '../test/browser/support/sample-outcomes.ts';
import { taken, takeWritten } from '../test/browser/support/written-folder.ts';
import { sampleDocs } from '../test/support/sample-docs.ts';
import { startServer, type TestServer } from '../test/support/server.ts';
import { docsSteeringScenes, startDocsSteered } from './screenshots/docs-steering.ts';
import { takeEvalsPictures } from './screenshots/evals-pictures.ts';
import { feedbackScenes, startFeedbackPictures } from './screenshots/feedback-scenes.ts';
import { startMeasuredServer } from './screenshots/measured-evals.ts';
import { sendSampleProject } from './screenshots/sample-project.ts';

const folder = resolve(import.meta.dirname, '../docs/screenshots');
const hourMs = 3_600_000;
/** A full hour, so that the times of plans are easy on the eye. */
const nowMs = Math.floor(Date.now() / hourMs) * hourMs;
const hoursFromNow = (hours: number) => new Date(nowMs + hours * hourMs).toISOString();

type Client = ReturnType<typeof createClient>;
type Dashboard = Awaited<ReturnType<typeof openDashboard>>;

interface Scene {
  /** Where it begins, signed in; the list of flags unless said otherwise. */
  path?: string;
  show: (page: Page, client: Client) => Promise<unknown>;
  /** What the console may say of it, such as a failure that is the scene. */
  expected?: RegExp;
}

const fixer = '/flags/terse-fixer-prompt';
const save = (page: Page) => page.getByRole('button', { name: 'Review and save' });
const settled = (page: Page) => page.waitForFunction(() => !document.querySelector('main [aria-busy=true]'));

/** What is shown, by the name of its pictures. */
const scenes: Record<string, Scene> = {
  flags: { show: (page) => page.locator('tr[data-key=terse-fixer-prompt]').waitFor() },
  'flags-none-fits': { path: '/flags?q=nothing+like+it', show: (page) => page.getByText('No flag fits').waitFor() },
  'flags-error': {
    path: '/segments',
    expected: /500/,
    show: async (page) => {
      const problem = { code: 'internal', detail: 'internal error', requestId: 'sample-request-1' };
      await page.route('**/api/flags?*', (route) =>
        route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
      );
      await page.goto('/flags');
      await page.getByText('The flags could not be loaded').waitFor();
    },
  },
  'new-flag': {
    show: async (page) => {
      await page.getByRole('button', { name: 'New flag' }).click();
      await page.getByRole('dialog').getByLabel('Key', { exact: true }).fill('faster-search');
    },
  },
  'new-flag-editor': {
    path: '/flags/new?key=faster-search',
    show: async (page) => {
      await page.getByLabel('userId', { exact: true }).fill('grace');
      await page.locator('[data-preview]').waitFor();
    },
  },
  'flag-targeting': {
    path: fixer,
    show: async (page) => {
      await page.locator('ol > li > div > button[aria-expanded]').first().click();
      await page.getByLabel('userId', { exact: true }).fill('grace');
      await page.locator('[data-preview]').waitFor();
    },
  },
  'flag-json': { path: `${fixer}/json`, show: (page) => page.getByLabel('The flag as JSON').waitFor() },
  'flag-save': {
    path: fixer,
    show: async (page) => {
      const region = page.getByRole('region', { name: 'Default' });
      await region.getByLabel('Weight of share 2').fill('3');
      await save(page).click();
      await page.getByRole('dialog').getByText('Who moves').waitFor();
    },
  },
  'flag-conflict': {
    path: '/flags/judge-model',
    show: async (page, client) => {
      await page.getByLabel('Description').fill('Which model reads the diffs of agents');
      await page.getByLabel('Owner').fill('evals-team');
      const before = await client.getFlag({ key: 'judge-model' });
      const owner = before.owner === 'quality' ? 'review' : 'quality';
      await client.updateFlag({ ...before, owner, expiresAt: hoursFromNow(30 * 24 + before.version) });
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  'flag-rollout': {
    path: '/flags/parallel-tool-calls/rollout',
    show: (page) => page.getByText('Who is next').waitFor(),
  },
  'flag-rollout-pause': {
    path: '/flags/parallel-tool-calls/rollout',
    show: async (page) => {
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('dialog').getByText('Who moves').waitFor();
    },
  },
  'flag-usage': { path: `${fixer}/usage`, show: (page) => page.locator('canvas').waitFor() },
  'flag-usage-empty': {
    path: '/flags/docs-with-citations/usage',
    show: (page) => page.getByText('Nobody was served').waitFor(),
  },
  'flag-experiment': { path: `${fixer}/experiment`, show: (page) => page.getByText('Against long').waitFor() },
  'flag-history': { path: `${fixer}/history`, show: (page) => page.getByText('created', { exact: true }).waitFor() },
  segments: { path: '/segments', show: (page) => page.getByRole('link', { name: 'pilot-users' }).waitFor() },
  segment: { path: '/segments/pilot-users', show: (page) => page.getByRole('heading', { name: 'Used by' }).waitFor() },
  shortcuts: {
    show: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  'sign-in': {
    show: async (page) => {
      await page.context().clearCookies();
      await page.reload();
      await page.getByLabel('API key').waitFor();
    },
  },
};

/** Of runs that are really made. */
const measuredScenes: Record<string, Scene> = {
  leaderboard: { path: '/leaderboard?dataset=starter', show: (page) => page.locator('canvas').nth(1).waitFor() },
  runs: { path: '/runs', show: (page) => page.locator('a.row-link').first().waitFor() },
  'run-new': { path: '/runs?new', show: (page) => page.getByText('that ship with Whetstone').waitFor() },
  run: { path: '/runs?status=completed', show: (page, client) => openWeakened(page, client, 'failed') },
  sample: {
    path: '/runs',
    show: async (page, client) => {
      await openWeakened(page, client, 'failed');
      await page.getByRole('link', { name: 'python-split-bill' }).click();
      await page.locator('code span').first().waitFor();
    },
  },
  compare: {
    path: '/runs',
    show: async (page, client) => {
      const [after, before] = await weakenedRuns(client);
      await page.goto(`/runs/compare?a=${before?.runId}&b=${after?.runId}`);
      await page.getByText('B is worse').waitFor();
    },
  },
};

/** Of a model of a stand-in that is made worse by one version of its guidance: a regression and a bisect that really happened. */
const steeredScenes: Record<string, Scene> = {
  regressions: { path: '/regressions', show: (page) => page.getByText('rolled back').waitFor({ state: 'attached' }) },
  regression: {
    path: '/regressions',
    show: async (page, client) => {
      await page.goto(`/regressions/${(await client.listRegressions({})).items[0]?.id}`);
      await page.getByRole('table', { name: 'Problems lost' }).waitFor();
    },
  },
  bisect: {
    path: '/bisects',
    show: async (page, client) => {
      await page.goto(`/bisects/${(await client.listBisects({})).items[0]?.id}`);
      await page.getByRole('table', { name: 'Chances' }).waitFor();
    },
  },
};

/** Of sample outcomes of made-up models: what is shown the server learned from them. */
const modelScenes: Record<string, Scene> = {
  'models-cells': { path: '/models', show: (page) => page.locator('tr[data-key]').first().waitFor() },
  'models-model': {
    path: '/models/model?id=sample%2Fmedium',
    show: (page) => page.locator('tr[data-key]').first().waitFor(),
  },
  'models-playground': {
    path: '/models/playground?taskType=refactor&language=typescript&verify=tests',
    show: (page) => page.getByRole('region', { name: 'Recommendation' }).waitFor(),
  },
  'models-rescues': {
    path: '/models/rescues',
    show: (page) => page.getByRole('region', { name: 'Rescues as a matrix' }).waitFor(),
  },
  'models-cost': { path: '/models/cost', show: (page) => page.locator('canvas').waitFor() },
  'models-savings': {
    path: '/models/savings',
    show: (page) => page.getByRole('table', { name: 'Targets' }).waitFor(),
  },
  'models-settings': { path: '/models/settings', show: (page) => page.getByLabel('Margin').waitFor() },
};

/** Of documentation of our own, and of what packages carry that are installed with the server. */
const docScenes: Record<string, Scene> = {
  docs: { path: '/knowledge', show: (page) => page.getByRole('link', { name: 'tidy-cache' }).waitFor() },
  'docs-search': {
    path: '/knowledge/search?q=how+long+is+an+entry+kept&library=tidy-cache&version=%5E2.0.0',
    show: (page) => page.getByRole('list', { name: 'Passages' }).waitFor(),
  },
  'docs-library': {
    path: '/knowledge/libraries/tidy-cache',
    show: (page) => page.locator('tr[data-key]').first().waitFor(),
  },
  'docs-version': {
    path: `/knowledge/libraries/pino/${installedVersion('pino')}`,
    show: (page) => page.locator('tr[data-key]').first().waitFor(),
  },
  'docs-page': {
    path: '/knowledge/libraries/tidy-cache/2.1.0/page?path=docs%2Fcaching.md&lines=5-11',
    show: (page) => page.locator('[data-cited]').waitFor(),
  },
};

/** Of documentation that is really taken, and of citations that are really checked. */
const docsSteering: Record<string, Scene> = docsSteeringScenes();

/** Of corrections that the server really learned from, and of gates that really ran. */
const feedback: Record<string, Scene> = feedbackScenes();

/** Of the sample subject that gets worse, the latest first. */
const weakenedRuns = async (client: Client) =>
  (await client.listEvalRuns({ limit: 100 })).items.filter(
    ({ purpose, subject }) => purpose === 'seed' && subject.label.startsWith('weakened-a'),
  );

async function openWeakened(page: Page, client: Client, status: string) {
  const [after] = await weakenedRuns(client);
  await page.goto(`/runs/${after?.runId}?status=${status}`);
  await page.locator('a.row-link').first().waitFor();
}

const sizes = [
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
];

/** All pictures, or those of the scenes that are named; `evals` is a run of evals, which needs no server. */
async function takePictures(wanted: readonly string[]) {
  mkdirSync(folder, { recursive: true });
  const browser = await launchChromium();
  try {
    if (wanted.length === 0 || wanted.includes('evals')) await takeEvalsPictures(browser, folder);
    const isWanted = (of: object) => wanted.length === 0 || wanted.some((name) => name in of);
    if (isWanted(scenes)) await takeDashboard(browser, wanted);
    if (isWanted(measuredScenes)) await takeMeasured(browser, wanted);
    if (isWanted(steeredScenes)) await takeSteered(browser, wanted);
    if (isWanted(modelScenes)) await takeModels(browser, wanted);
    if (isWanted(docScenes)) await takeDocs(browser, wanted);
    if (isWanted(docsSteering)) await takeDocsSteered(browser, wanted);
    if (isWanted(feedback)) await takeFeedback(browser, wanted);
  } finally {
    await browser.close();
  }
}

async function takeDashboard(browser: Browser, wanted: readonly string[]) {
  const server = await startServer();
  try {
    const client = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await sendSampleProject(client, nowMs);
    await takeScenes(browser, scenes, wanted, { server, client });
  } finally {
    await server.stop();
  }
}

async function takeMeasured(browser: Browser, wanted: readonly string[]) {
  const { server, client, stop } = await startMeasuredServer();
  try {
    await takeScenes(browser, measuredScenes, wanted, { server, client });
  } finally {
    await stop();
  }
}

async function takeSteered(browser: Browser, wanted: readonly string[]) {
  const world = await startEvalsWorld();
  try {
    const { id } = await world.regression();
    await world.bisectEnded((await world.bisect(id)).id);
    await takeScenes(browser, steeredScenes, wanted, world);
  } finally {
    await world.stop();
  }
}

async function takeModels(browser: Browser, wanted: readonly string[]) {
  const server = await startServer();
  try {
    const client = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await sendSampleOutcomes(client);
    await followRecommendations(client, 150, 0.2);
    await takeScenes(browser, modelScenes, wanted, { server, client });
  } finally {
    await server.stop();
  }
}

async function takeDocs(browser: Browser, wanted: readonly string[]) {
  const docsDir = await mkdtemp(join(tmpdir(), 'whetstone-docs-'));
  const server = await startServer({ env: { WHETSTONE_DOC_DIRS: docsDir } });
  try {
    const client = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    for (const docs of sampleDocs) await takeWritten({ client, docsDir, id: 'sample' }, docs);
    for (const library of ['fastify', 'pino', 'undici'])
      await taken(client, await client.startIngest({ library, version: installedVersion(library) }));
    await takeScenes(browser, docScenes, wanted, { server, client });
  } finally {
    await server.stop();
  }
}

/** Beside the server, where it is read without a network. */
function installedVersion(library: string): string {
  const file = resolve(import.meta.dirname, `../cloud/node_modules/${library}/package.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

async function takeDocsSteered(browser: Browser, wanted: readonly string[]) {
  const world = await startDocsSteered();
  try {
    await takeScenes(browser, docsSteering, wanted, world);
  } finally {
    await world.stop();
  }
}

async function takeFeedback(browser: Browser, wanted: readonly string[]) {
  const world = await startFeedbackPictures();
  try {
    await takeScenes(browser, feedback, wanted, world);
  } finally {
    await world.stop();
  }
}

async function takeScenes(
  browser: Browser,
  of: Record<string, Scene>,
  wanted: readonly string[],
  { server, client }: { server: TestServer; client: Client },
) {
  for (const theme of ['light', 'dark'] as const)
    for (const size of sizes)
      for (const [name, scene] of Object.entries(of)) {
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        const dashboard = await openDashboard(browser, { url: server.url, theme, ...size, reducedMotion: true });
        await dashboard.signIn(server.adminKey());
        await take(dashboard, client, scene, `${name}-${theme}-${size.width}`);
      }
}

/** A picture of a page that complains of nothing. */
async function take(
  { page, complaints, close }: Dashboard,
  client: Client,
  { path, show, expected }: Scene,
  name: string,
) {
  // Where the last click was, a row would look pointed at.
  await page.mouse.move(0, 0);
  if (path) await page.goto(path);
  await show(page, client);
  await settled(page);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  const faults = complaints(expected);
  if (faults.length > 0) throw new Error(`${name}: ${faults.join('\n')}`);
  await close();
}

await takePictures(process.argv.slice(2));
