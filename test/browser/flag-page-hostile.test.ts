import { createClient } from '@whetstone/shared/client';
import { expect, it } from 'vitest';
import { startServer } from '../support/server.ts';
import { launchChromium, openDashboard } from './support/browser.ts';
import {
  armPage,
  expectNoForeignElements,
  expectShownAsText,
  hostileFlag,
  hostileTexts,
} from './support/hostile-texts.ts';

it(`shows ${hostileTexts.length} hostile texts in every text of a flag, its history, its preview, and a segment as the texts they are`, async () => {
  const server = await startServer();
  const browser = await launchChromium();
  try {
    const client = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    const { page, signIn, complaints } = await openDashboard(browser, { url: server.url });
    // 60 open rules are 95,000 nodes, among which it takes Playwright seconds to find a label.
    page.setDefaultTimeout(60_000);
    const { alarms, foreign } = await armPage(page);
    await signIn(server.adminKey());
    const each = hostileTexts.map((text) => hostileFlag(text, 'hostile-texts'));
    await client.createFlag({
      ...each[0]!,
      description: hostileTexts.join('\n'),
      variants: { ...Object.fromEntries(each.map(({ variants }, i) => [`v${i}`, variants.on])), on: true, off: false },
      rules: each.map(({ rules }, i) => ({ ...rules[0]!, id: `r${i}` })),
      overrides: each.flatMap(({ overrides }) => overrides),
    });
    await page.goto('/flags/hostile-texts');
    const rules = page.getByRole('region', { name: 'Rules' }).locator('button[aria-expanded=false]');
    for (let left = hostileTexts.length; left > 0; left--) await rules.first().click();
    await expectShownAsText(page, hostileTexts);
    await expectNoForeignElements(page);
    for (const text of hostileTexts) {
      await page.getByLabel('userId', { exact: true }).fill(text);
      await page.locator('[data-preview]').waitFor();
      await expectNoForeignElements(page);
    }

    let flag = await client.createFlag(hostileFlag('harmless', 'hostile-history'));
    for (const text of hostileTexts)
      flag = await client.updateFlag({ ...flag, description: text, owner: text, reason: text });
    await page.goto('/flags/hostile-history/history');
    await page.getByRole('button', { name: 'Older versions' }).click();
    await page.getByText('created', { exact: true }).waitFor();
    await expectShownAsText(
      page,
      hostileTexts.map((text) => `“${text}”`),
    );
    await expectNoForeignElements(page);

    await client.createSegment({
      key: 'hostile-segment',
      description: hostileTexts.join('\n'),
      included: [...hostileTexts],
      excluded: [...hostileTexts],
      rules: hostileTexts.map((text) => ({ when: [{ attribute: text, op: 'in', values: [text] }] })),
    });
    await page.goto('/segments');
    await page.getByRole('link', { name: 'hostile-segment' }).waitFor();
    await expectNoForeignElements(page);
    await page.goto('/segments/hostile-segment');
    await page.getByRole('heading', { name: 'Used by' }).waitFor();
    await expectShownAsText(page, hostileTexts);
    await expectNoForeignElements(page);
    expect({ alarms, foreign }).toEqual({ alarms: [], foreign: [] });
    expect(complaints()).toEqual([]);
  } finally {
    await browser.close();
    await server.stop();
  }
}, 300_000);
