import { createClient } from '@whetstone/shared/client';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { captureProject } from '../../test/support/capture-project.ts';
import { startGuidedModel } from '../../test/support/guided-model.ts';
import { startServer } from '../../test/support/server.ts';
import { dataset, datasetText, goodRule, harmfulRule, problems } from './constructed.ts';

/** Of a request: on a busy machine an answer takes longer than people wait. */
const patienceMs = 60_000;

export type World = Awaited<ReturnType<typeof openWorld>>;

/** A model of no mind, the built server with nothing in it, and a repository in which an agent and a person work. */
export async function openWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-story-'));
  const datasetsDir = join(folder, 'datasets');
  mkdirSync(datasetsDir);
  writeFileSync(join(datasetsDir, dataset), datasetText);
  const lessons = [
    { rule: goodRule, helps: true },
    { rule: harmfulRule, helps: false },
  ];
  const model = await startGuidedModel({ problems, lessons, base: 0.25, obedience: 0.9, seed: 7 });
  const server = await startServer({
    dataDir: join(folder, 'data'),
    env: {
      OPENAI_API_KEY: 'a fake key',
      OPENAI_BASE_URL: model.baseUrl,
      WHETSTONE_MODEL_PRICE: '0.01/1',
      WHETSTONE_DATASETS_DIR: datasetsDir,
    },
  });
  const project = captureProject({ url: server.url, apiKey: server.agentKey() });
  return {
    server,
    model,
    project,
    admin: createClient({ baseUrl: server.url, apiKey: server.adminKey(), timeoutMs: patienceMs }),
    link: (path: string) => `${server.url}${path}`,
    /** What the agent's client is started with: the key of an agent, and an own state. */
    agentEnv: project.env,
    async close() {
      await server.stop();
      await model.stop();
      rmSync(folder, { recursive: true, force: true });
      rmSync(dirname(project.root), { recursive: true, force: true });
    },
  };
}
