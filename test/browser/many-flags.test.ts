import { expect, it } from 'vitest';
import { openDashboard } from './support/browser.ts';
import { openChromium, openProject } from './support/shared.ts';

it('lists 1,000 flags, finds among them while their rows are made, and has them all in the end', async () => {
  const project = await openProject('many flags');
  const browser = await openChromium();
  try {
    const flags = Array.from({ length: 1_000 }, (_, i) => ({
      key: `many-${String(i).padStart(4, '0')}`,
      enabled: true,
      variants: { on: true, off: false },
      offVariant: 'off',
      rules: [],
      fallthrough: { variant: 'off' },
    }));
    await project.client.importFlags({ format: 'whetstone', document: { flags } });
    const { page, signIn, complaints } = await openDashboard(browser, { url: project.url });
    await signIn(project.adminKey());
    const rows = page.locator('a.row-link');
    await rows.first().waitFor({ timeout: 60_000 });
    const search = page.getByRole('searchbox');
    await search.pressSequentially('many-07');
    await expect.poll(() => rows.count(), { timeout: 60_000 }).toBe(100);
    expect(await rows.first().textContent()).toBe('many-0700');
    await search.fill('many');
    await expect.poll(() => rows.count(), { timeout: 60_000 }).toBe(1_000);
    expect(await rows.last().textContent()).toBe('many-0999');
    expect(complaints()).toEqual([]);
  } finally {
    await browser.close();
  }
}, 240_000);
