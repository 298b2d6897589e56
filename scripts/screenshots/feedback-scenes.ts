import type { createClient } from '@whetstone/shared/client';
import type { Page } from 'playwright-core';
import { learned, sendSampleCorrections, startFeedbackWorld } from '../../test/browser/support/feedback-world.ts';

type Client = ReturnType<typeof createClient>;

/** What the picture of a release asks for. */
const release = { dataset: 'quiet.jsonl', model: 'scripted', effectPoints: 50 };

/** Of constructed corrections, and a model of a stand-in that follows what it reads; patterns and gates are what the server made of them. */
export const feedbackScenes = () => ({
  'feedback-queue': { path: '/feedback', show: (page: Page) => page.locator('tr[data-key]').first().waitFor() },
  'feedback-review': {
    show: async (page: Page, client: Client) => {
      const { items } = await client.listFeedback({ pattern: (await quietPattern(client)).id, status: 'pending' });
      await page.goto(`/feedback/${items.find(({ added }) => added > 0)!.id}`);
      await page
        .getByRole('region', { name: /^What became of/ })
        .first()
        .waitFor();
      await page.getByText(/^1?\d+ of \d+$/).waitFor();
    },
  },
  'feedback-patterns': {
    path: '/feedback/patterns',
    show: (page: Page) => page.locator('tr[data-key]').first().waitFor(),
  },
  'feedback-pattern': {
    show: async (page: Page, client: Client) => {
      await page.goto(`/feedback/patterns/${(await quietPattern(client)).id}`);
      await page
        .getByRole('region', { name: /^What became of/ })
        .first()
        .waitFor();
    },
  },
  'feedback-examples': {
    path: '/feedback/examples?q=load+a+report+without+debugging+output&language=typescript',
    show: (page: Page) => page.getByRole('list', { name: 'Examples' }).locator('code span').first().waitFor(),
  },
  'feedback-guidance': {
    path: '/feedback/guidance',
    show: (page: Page) => page.locator('tr[data-key]').first().waitFor(),
  },
  'feedback-guidance-version': {
    path: '/feedback/guidance/g1',
    show: (page: Page) => page.getByText('by a gain, at a cost').waitFor(),
  },
  'feedback-release': {
    path: '/feedback/guidance/g3',
    show: async (page: Page) => {
      await page.getByRole('button', { name: 'Release…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Data set').fill(release.dataset);
      await dialog.getByLabel('Model').fill(release.model);
      await dialog.getByLabel(/^Gain to be found/).fill(String(release.effectPoints));
      await dialog.getByText(/are there/).waitFor();
      await dialog.getByText(/it takes \d+ tasks/).scrollIntoViewIfNeeded();
    },
  },
});

const quietPattern = async (client: Client) =>
  (await client.listPatterns({ kind: 'detector' })).items.find(({ key }) => key === 'debug-output-removed')!;

/** Reviewed a little, with three versions of guidance: one that helped, one that did not, and a draft. */
export async function startFeedbackPictures() {
  const world = await startFeedbackWorld();
  const { client } = world;
  await sendSampleCorrections(client);
  await sendSampleSurvival(client);
  await learned(client);
  await review(client);
  const [quiet, other] = [
    await quietPattern(client),
    (await client.listPatterns({ kind: 'detector' })).items.find(({ key }) => key !== 'debug-output-removed')!,
  ];
  await client.createGuidance({ title: 'no debugging output', rules: [{ patternId: quiet.id }] });
  await client.releaseGuidance({ version: 'g1', ...release });
  await world.decided('g1');
  await client.createGuidance({ title: 'one rule more', rules: [{ patternId: other.id }] });
  await client.releaseGuidance({ version: 'g2', ...release });
  await world.decided('g2');
  const { rules } = await client.draftGuidance({ limit: 5 });
  await client.createGuidance({
    title: 'the strongest patterns',
    parent: 'g1',
    rules: rules
      // Two languages may have a pattern each of which the rule is the same.
      .filter(({ text }, i) => rules.findIndex((rule) => rule.text === text) === i)
      .map(({ text, patternId, feedbackIds }) => ({ text, patternId, feedbackIds })),
  });
  return world;
}

async function review(client: Client) {
  const { items } = await client.listFeedback({ limit: 60 });
  for (const [i, { id }] of items.entries()) {
    if (i % 5 === 1) await client.reviewFeedback({ id, status: 'accepted', labels: ['style'] });
    if (i % 11 === 3) await client.reviewFeedback({ id, status: 'rejected', labels: ['scope'] });
    if (i % 9 === 4) await client.reviewFeedback({ id, assignee: 'reviewer-1' });
  }
}

/** Sample inputs: lines of agents by what became of them, as hooks count them. */
const sendSampleSurvival = (client: Client) =>
  client.recordSurvival({
    items: Array.from({ length: 60 }, (_, i) => {
      const lines = { kept: 30 + ((i * 7) % 40), edited: (i * 3) % 11, deleted: (i * 5) % 6 };
      return {
        session: `session-${i}`,
        taskId: `task-11-${i}`,
        language: i % 2 === 0 ? 'typescript' : 'python',
        lines,
        agentLines: lines.kept + lines.edited + lines.deleted,
        covered: i % 15 !== 0,
        at: new Date(Date.now() - i * 2 * 3_600_000).toISOString(),
      };
    }),
  });
