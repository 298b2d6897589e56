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

it(`shows ${hostileTexts.length} hostile texts as the texts they are`, async () => {
  expect(hostileTexts.length).toBeGreaterThanOrEqual(40);
  const project = await openProject('hostile texts');
  const browser = await openChromium();
  try {
    const { client } = project;
    for (const [index, text] of hostileTexts.entries()) await client.createFlag(hostileFlag(text, `hostile-${index}`));

    const { page, signIn, complaints } = await openDashboard(browser, { url: project.url });
    const { alarms, foreign } = await armPage(page);
    await signIn(project.adminKey());
    await page.getByText(`${hostileTexts.length} flags`).waitFor();
    await expectShownAsText(page, hostileTexts);
    await expectNoForeignElements(page);
    // The tags are options of the filter, too; and a text that is searched for stands in the field and in the address.
    for (const text of hostileTexts.slice(0, 12)) {
      await page.getByRole('searchbox').fill(text);
      await page.getByRole('link', { name: 'hostile-' }).first().waitFor();
      await expectShownAsText(page, [text]);
      await expectNoForeignElements(page);
    }
    await page.reload();
    await page.getByRole('link', { name: 'hostile-' }).first().waitFor();
    await expectShownAsText(page, [hostileTexts[11]!]);
    expect({ alarms, foreign }).toEqual({ alarms: [], foreign: [] });
    expect(complaints()).toEqual([]);
  } finally {
    await browser.close();
  }
});

it('would notice one that is not', async () => {
  const browser = await openChromium();
  const page = await browser.newPage();
  const { alarms } = await armPage(page);
  await page.goto('data:text/html,<body></body>');
  await page.evaluate(() => {
    document.body.innerHTML = '<img src="x" onerror="alarm()">';
  });
  await expect.poll(() => alarms).toHaveLength(1);
  await expect(expectNoForeignElements(page)).rejects.toThrow();
  await expect(expectShownAsText(page, ['<img src="x" onerror="alarm()">'])).rejects.toThrow();
  await browser.close();
});
