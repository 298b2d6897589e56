import type { AddressInfo } from 'node:net';
import { announcement } from './announce.ts';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { bootstrap } from './features/tenancy/bootstrap.ts';
import { createLog } from './log.ts';
import { openConfigured } from './open-configured.ts';
import { openPlatform } from './open-platform.ts';
import { keptSessionSecret } from './session-secret.ts';
import { blaming } from './start-problem.ts';

const clock = () => Date.now();

/** Runs the API until a signal ends it. Ready comes first; what can wait, waits. */
export async function serve(config: Config) {
  // On a terminal the ready text is what one looks at; elsewhere somebody collects the log.
  const log = createLog(config.logLevel ?? (process.stderr.isTTY ? 'warn' : 'info'));
  const { dataDir, databaseUrl } = config;
  const database = await openConfigured(config, { clock, log });
  const keys = await blaming('WHETSTONE_DATA_DIR', bootstrap({ database, dataDir, adminKey: config.adminKey }));
  const sessionSecret = config.sessionSecret ?? (await blaming('WHETSTONE_DATA_DIR', keptSessionSecret(dataDir)));
  const { platform, close } = await openPlatform(config, { database, sessionSecret, clock, log });
  const { app, work, seedSamples, seedRuns, seedDocs, engineLines } = buildApp(platform);
  stopGracefully(async () => {
    // Half a request is not worth waiting for longer; the database and its lock are.
    const patience = setTimeout(() => app.server.closeAllConnections(), 5_000).unref();
    await app.close();
    clearTimeout(patience);
    await close();
    await database.close();
  });

  await blaming(`PORT ${config.port} on HOST ${config.host}`, app.listen({ port: config.port, host: config.host }));
  const url = config.publicUrl ?? addressOf(app.server.address() as AddressInfo);
  const engines = {
    database: databaseUrl ? 'PostgreSQL' : `PGlite in ${dataDir}`,
    events: databaseUrl ? 'log in PostgreSQL, LISTEN and polling' : 'log in PGlite, in-process',
    cache: config.sharedCache ? platform.cache.engine : 'memory of this process',
    ...engineLines(),
    queue: config.qstash ? `QStash, delivering to ${config.qstash.publicUrl}` : 'pg-boss in the database',
  };
  process.stdout.write(
    announcement({ url, engines, keys, mcpServerFile: config.mcpServerFile, showAgentKey: !databaseUrl }),
  );

  await work();
  if (config.seed === 'demo') {
    await seedSamples(keys.projectId);
    await seedRuns(keys.projectId);
    await seedDocs(keys.projectId);
  }
}

function addressOf({ address, port, family }: AddressInfo) {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Answers what is under way, writes down what is open, and leaves; a second signal or ten seconds leave at once. */
function stopGracefully(close: () => Promise<void>) {
  let stoppingSinceMs: number | undefined;
  const stop = () => {
    // One Ctrl+C often arrives twice: from the terminal, and passed on by the npm that started us.
    if (stoppingSinceMs !== undefined && clock() - stoppingSinceMs < 1_000) return;
    if (stoppingSinceMs !== undefined) process.exit(1);
    stoppingSinceMs = clock();
    setTimeout(() => process.exit(1), 10_000).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`could not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}
