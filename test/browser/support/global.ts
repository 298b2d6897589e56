import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startServer } from '../../support/server.ts';
import { serveChromium } from './chromium.ts';
import type {} from './shared.ts';

/** One server and one Chromium for all files: each has projects and windows of its own. */
export default async function setup(project: TestProject) {
  const docsDir = await mkdtemp(join(tmpdir(), 'whetstone-docs-'));
  const [server, chromium] = await Promise.all([
    startServer({ env: { WHETSTONE_DOC_DIRS: docsDir } }),
    serveChromium(),
  ]);
  project.provide('dashboard', {
    url: server.url,
    adminKey: server.adminKey(),
    chromium: chromium.wsEndpoint(),
    docsDir,
  });
  return async () => {
    await chromium.close();
    await server.stop();
  };
}
