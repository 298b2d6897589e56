import { createClient } from '@whetstone/shared/client';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { demoFlags } from '../cloud/src/features/flags/demo-flags.ts';
import { launchChromium, openDashboard } from '../test/browser/support/browser.ts';
import { startServer } from '../test/support/server.ts';

const folder = resolve(import.meta.dirname, '../docs/screenshots');

/** What is shown, by the name of its pictures. Each begins signed in on the list of flags. */
const scenes: Record<string, (page: Page) => Promise<void>> = {
  flags: async (page) => {
    await page.getByText(`${flags.length} flags`).waitFor();
  },
  'new-flag': async (page) => {
    await page.getByRole('button', { name: 'New flag' }).click();
    await page.getByRole('dialog').waitFor();
  },
  'sign-in': async (page) => {
    await page.context().clearCookies();
    await page.reload();
    await page.getByLabel('API key').waitFor();
  },
};

const sizes = [
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
];

const onOff = { variants: { on: true, off: false }, offVariant: 'off', rules: [] };
const share = (coverage: number) => ({ split: [{ variant: 'on', weight: 1 }], coverage });

/** A project as one meets it: some on, some on their way, some that have had their time. */
const flags = [
  ...demoFlags,
  {
    key: 'apply-patches-in-order',
    ...onOff,
    enabled: true,
    fallthrough: share(50),
    owner: 'platform',
    tags: ['agent'],
  },
  {
    key: 'ask-before-shell',
    ...onOff,
    description: 'The agent asks before it runs a command that writes',
    enabled: true,
    fallthrough: { variant: 'on' },
    owner: 'safety',
    tags: ['agent', 'tools'],
  },
  {
    key: 'context-window-200k',
    ...onOff,
    description: 'Send whole files instead of excerpts',
    enabled: false,
    fallthrough: { variant: 'off' },
    owner: 'platform',
    tags: ['models'],
  },
  {
    key: 'docs-with-citations',
    ...onOff,
    description: 'Answers cite the page they come from',
    enabled: true,
    fallthrough: share(5),
    owner: 'knowledge',
  },
  {
    key: 'judge-model',
    description: 'Which model reads the diffs',
    enabled: true,
    variants: { small: 'small-1', large: 'large-2', mixed: 'both' },
    offVariant: 'small',
    rules: [],
    fallthrough: {
      split: [
        { variant: 'large', weight: 20 },
        { variant: 'mixed', weight: 10 },
        { variant: 'small', weight: 70 },
      ],
    },
    owner: 'evals',
    tags: ['models', 'evals'],
  },
];

async function takePictures() {
  mkdirSync(folder, { recursive: true });
  const server = await startServer();
  const browser = await launchChromium();
  const client = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
  for (const flag of flags) await client.createFlag(flag);
  for (const theme of ['light', 'dark'] as const) {
    for (const { width, height } of sizes) {
      for (const [name, show] of Object.entries(scenes)) {
        const { page, signIn, close } = await openDashboard(browser, {
          url: server.url,
          theme,
          width,
          height,
          reducedMotion: true,
        });
        await signIn(server.adminKey());
        // Where the last click was, a row would look pointed at.
        await page.mouse.move(0, 0);
        await show(page);
        await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`) });
        await close();
      }
    }
  }
  await browser.close();
  await server.stop();
}

await takePictures();
