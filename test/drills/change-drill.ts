import { createClient } from '@whetstone/shared/client';
import { formatApiKey, newApiKey } from '@whetstone/shared/keys';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { mcpEnv } from '../support/mcp-process.ts';
import { openProbe } from '../support/mcp-probe.ts';
import { freshDatabase, startPostgres } from '../support/postgres.ts';
import { startServer } from '../support/server.ts';

export interface ChangeRow {
  servers: string;
  changes: number;
  /** From the moment the write was acknowledged until the MCP server answers by it; sorted. */
  tookMs: number[];
}

/** How long a change in the cloud takes to the answers of a connected agent. */
export async function changeDrill(changes: number, report: (row: ChangeRow) => void) {
  const one = await startServer();
  report(await follow('one process, PGlite', { from: one.url, to: one.url, key: one.adminKey(), changes }));
  await one.stop();

  const postgres = await startPostgres();
  try {
    const { url } = await freshDatabase(postgres.adminUrl);
    const key = formatApiKey(newApiKey(randomBytes));
    const env = { DATABASE_URL: url, WHETSTONE_ADMIN_KEY: key };
    const [a, b] = [await startServer({ env }), await startServer({ env })];
    report(await follow('one process, PostgreSQL', { from: a.url, to: a.url, key, changes }));
    report(await follow('two processes, PostgreSQL', { from: a.url, to: b.url, key, changes }));
    await a.stop();
    await b.stop();
  } finally {
    await postgres.stop();
  }
}

interface Path {
  /** Where flags are changed. */
  from: string;
  /** Where the agent is connected. */
  to: string;
  key: string;
  changes: number;
}

async function follow(servers: string, { from, to, key, changes }: Path): Promise<ChangeRow> {
  const admin = createClient({ baseUrl: from, apiKey: key });
  const name = `switch-${servers.replace(/\W+/g, '-').toLowerCase()}`;
  let flag = await admin.createFlag({ key: name, rolloutPercentage: 100 });
  const probe = await openProbe({ env: mcpEnv({ url: to, apiKey: key }) });
  const served = async () => (await probe.ask(name, { userId: 'alice' })).reply.value;
  const tookMs: number[] = [];
  for (let change = 0; change < changes; change++) {
    while ((await served()) !== flag.enabled) await sleep(5);
    // Not in step with any interval of ours.
    await sleep(50 + ((change * 137) % 400));
    const { version, ...rest } = flag;
    flag = await admin.updateFlag({ ...rest, version, enabled: !flag.enabled });
    const changedMs = performance.now();
    while ((await served()) !== flag.enabled) await sleep(1);
    tookMs.push(performance.now() - changedMs);
  }
  await probe.close();
  return { servers, changes, tookMs: tookMs.sort((a, b) => a - b) };
}
