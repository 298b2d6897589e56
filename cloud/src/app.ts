import { contract } from '@whetstone/shared/contract';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { exposureService } from './features/flags/exposures/service.ts';
import { rulesetCache } from './features/flags/rulesets.ts';
import { flagService } from './features/flags/service.ts';
import { credentialDirectory } from './features/tenancy/credentials.ts';
import { tenancyService } from './features/tenancy/service.ts';
import { serveDocs } from './http/docs.ts';
import { mount } from './http/mount.ts';
import { openApi } from './http/openapi.ts';
import { newHttpServer } from './http/server.ts';
import type { Database } from './platform/db/database.ts';
import { watchRevisions } from './platform/db/revisions.ts';
import { applyOnce } from './platform/receipts/apply-once.ts';
import { systemService } from './readiness.ts';

export interface Platform {
  database: Database;
  clock: () => number;
  log: Logger;
  version: string;
}

export interface App {
  app: FastifyInstance;
  /** For changes made beside the operations, such as the first sample flags. */
  flagsChanged: (projectId: string) => void;
}

/** The composition root: the one place where slices meet their dependencies. */
export function buildApp({ database, clock, log, version }: Platform): App {
  const watch = watchRevisions({
    database,
    clock,
    intervalMs: 400,
    onChange: (projectId, topic) => (topic === 'keys' ? credentials.forget(projectId) : rulesets.invalidate(projectId)),
    onError: (error) => log.warn({ err: error }, 'cannot ask the database for changes'),
  });
  const credentials = credentialDirectory({ database, clock, watch });
  const rulesets = rulesetCache({ database, clock, watch });

  let stopping = false;
  const handlers = {
    ...systemService({
      version,
      ports: [{ port: 'db', engine: database.engine, ping: database.ping }],
      isStopping: () => stopping,
    }),
    ...tenancyService({ database, keysChanged: credentials.forget }),
    ...flagService({ rulesets, clock }),
    ...exposureService(),
  };

  const { app, answer } = newHttpServer(log);
  mount(app, contract, handlers, { authenticate: credentials.authenticate, applyOnce, answer });
  const document = JSON.stringify(openApi(contract, version));
  app.get('/openapi.json', async (_, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(document),
  );
  serveDocs(app);
  app.get('/', async (_, reply) => reply.redirect('/docs'));

  const flushing = setInterval(() => void credentials.flushUses().catch(warn), 60_000).unref();
  const warn = (error: unknown) => log.warn({ err: error }, 'cannot write down when keys were last used');
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.addHook('onClose', async () => {
    clearInterval(flushing);
    await watch.stop();
    await credentials.flushUses().catch(warn);
  });
  return { app, flagsChanged: rulesets.invalidate };
}
