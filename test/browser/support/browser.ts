import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

interface Options {
  url: string;
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  reducedMotion?: boolean;
}

/**
 * A browser of its own, cookies and all, on a server's dashboard, which notes whatever the page complains of: errors in
 * the console, exceptions, and what its policy refused.
 */
export async function openDashboard(
  browser: Browser,
  { url, theme = 'light', width = 1440, height = 900, ...more }: Options,
) {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: theme,
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: more.reducedMotion ? 'reduce' : 'no-preference',
  });
  const complaints: string[] = [];
  await context.exposeFunction('complainOfPolicy', (text: string) => void complaints.push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
      const { complainOfPolicy } = globalThis as unknown as { complainOfPolicy: (text: string) => void };
      complainOfPolicy(`policy: ${violatedDirective} refused ${blockedURI} in ${sourceFile}`);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.stack ?? error.message}`));

  return {
    page,
    context,
    /** Shows a key in the form, as people do. */
    showKey: async (key: string) => {
      await page.goto('/');
      await page.getByLabel('API key').fill(key);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Flags' }).waitFor();
    },
    /** Has the cookie already, and opens a page: the form is the subject of the tests of signing in alone. */
    signIn: async (key: string, path = '/') => {
      const answer = await context.request.post('/auth/key', { data: { key }, headers: { origin: url } });
      expect(answer.status()).toBe(200);
      await page.goto(path);
      await page.locator('main h1').waitFor();
    },
    /** What the page complained of, but for what this test is about, such as a 401 that it provoked. */
    complaints: (expected?: RegExp) => complaints.filter((text) => !expected?.test(text)),
    close: () => context.close(),
  };
}

/** What axe-core finds wrong on the page as it stands, by WCAG 2.2 A and AA and its best practices. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated by the developer tools, which the policy of the page does not bind; once for as long as the page stands.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const here = globalThis as unknown as { axe: typeof axe };
    // What a place passes, and selectors of it, nobody reads.
    return (await here.axe.run({ resultTypes: ['violations'], selectors: false })).violations;
  });
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}

/** Nothing is wider than the window: on a narrow screen nobody scrolls sideways to read. */
export async function expectNoSidewaysScroll(page: Page) {
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
}
