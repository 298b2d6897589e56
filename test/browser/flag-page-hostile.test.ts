import { expect, it } from 'vitest';
import { openDashboard } from './support/browser.ts';
import {
  armPage,
  expectNoForeignElements,
  expectShownAsText,
  hostileFlag,
  hostileTexts,
} from './support/hostile-texts.ts';
import { openChromium, openProject } from './support/shared.ts';

it(`shows ${hostileTexts.length} hostile texts in every text of a flag, its history, its preview, and a segment as the texts they are`, async () => {
  const project = await openProject('hostile texts of a flag');
  const browser = await openChromium();
  try {
    const { client } = project;
    const { page, signIn, complaints } = await openDashboard(browser, { url: project.url });
    // 60 open rules are 95,000 nodes.
    page.setDefaultTimeout(60_000);
    const { alarms, foreign } = await armPage(page);
    await signIn(project.adminKey());
    const each = hostileTexts.map((text) => hostileFlag(text, 'hostile-texts'));
    await client.createFlag({
      ...each[0]!,
      description: hostileTexts.join('\n'),
      variants: { ...Object.fromEntries(each.map(({ variants }, i) => [`v${i}`, variants.on])), on: true, off: false },
      rules: each.map(({ rules }, i) => ({ ...rules[0]!, id: `r${i}` })),
      overrides: each.flatMap(({ overrides }) => overrides),
    });
    await page.goto('/flags/hostile-texts');
    const user = (await page.getByLabel('userId', { exact: true }).elementHandle())!;
    const preview = page.locator('[data-preview]');
    for (const text of hostileTexts) {
      await user.fill(text);
      await preview.waitFor();
      await expectNoForeignElements(page);
    }
    // From inside: among as many fields as they open, one click of a mouse after the other takes a minute.
    await page.getByRole('region', { name: 'Rules' }).evaluate(async (region) => {
      const closed = () => region.querySelector<HTMLButtonElement>('button[aria-expanded=false]');
      for (let rule = closed(); rule; rule = closed()) {
        rule.click();
        await new Promise((drawn) => setTimeout(drawn));
      }
    });
    await expectShownAsText(page, hostileTexts);
    await expectNoForeignElements(page);

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
  }
}, 300_000);
