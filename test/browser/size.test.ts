import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inRepository } from '../support/repository-files.ts';
import { openDashboard } from './support/browser.ts';
import { openChromium, openProject } from './support/shared.ts';

const maxBytes = 90 * 1_024;

it(`loads at most ${maxBytes} bytes of compressed code until the list of flags is there`, async () => {
  const project = await openProject('size');
  const browser = await openChromium();
  const { page, signIn } = await openDashboard(browser, { url: project.url });
  const loaded = new Set<string>();
  page.on('request', (request) => request.resourceType() === 'script' && loaded.add(new URL(request.url()).pathname));
  await signIn(project.adminKey());
  await page.getByText('No flags yet').waitFor();
  const sizes = [...loaded].map((path) => gzipSync(readFileSync(inRepository(`cloud/dist/dashboard${path}`))).length);
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(maxBytes);
  await browser.close();
});
