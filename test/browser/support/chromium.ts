import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Debian's Chromium, to be reached at `wsEndpoint()`. */
export const serveChromium = () => chromium.launchServer(options());

/** One of its own, for what runs outside of the tests. */
export const launchChromium = (): Promise<Browser> => chromium.launch(options());

/** Missing, tests fail: a page that nobody has looked at is not tested. */
function options() {
  if (!existsSync(executablePath)) {
    throw new Error(`there is no ${executablePath}: \`apt-get install chromium\`, or name one by CHROMIUM_PATH`);
  }
  // Its own sandbox wants rights that containers do not give; what it opens is our own server alone. Without a graphics
  // card, pretending to have one costs more than drawing.
  return { executablePath, args: ['--no-sandbox', '--force-color-profile=srgb', '--disable-gpu'] };
}
