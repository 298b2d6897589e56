import { contract, streams } from '@whetstone/shared/contract';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { exposureService } from './features/flags/exposures/service.ts';
import { flagStream } from './features/flags/flag-stream.ts';
import { rulesetCache } from './features/flags/rulesets.ts';
import { flagService } from './features/flags/service.ts';
import { credentialDirectory } from './features/tenancy/credentials.ts';
import { tenancyService } from './features/tenancy/service.ts';
import { serveDocs } from './http/docs.ts';
import { eventStreams } from './http/sse-routes.ts';
import { mount } from './http/mount.ts';
import { openApi } from './http/openapi.ts';
import { newHttpServer } from './http/server.ts';
import type { Database } from './platform/db/database.ts';
import type { Events } from './platform/events/events.ts';
import { applyOnce } from './platform/receipts/apply-once.ts';
import { systemService } from './readiness.ts';

export interface Platform {
  database: Database;
  events: Events;
  clock: () => number;
  log: Logger;
  version: string;
}

/** The composition root: the one place where slices meet their dependencies. */
export function buildApp({ database, events, clock, log, version }: Platform): FastifyInstance {
  const credentials = credentialDirectory({ database, clock, events });
  const rulesets = rulesetCache({ database, clock, events });
  events.onChange((projectId, topic) =>
    topic === 'keys' ? credentials.forget(projectId) : rulesets.invalidate(projectId),
  );

  let stopping = false;
  const handlers = {
    ...systemService({
      version,
      ports: [
        { port: 'db', engine: () => database.engine, ping: database.ping },
        { port: 'events', engine: () => events.engine, ping: events.ping },
      ],
      isStopping: () => stopping,
    }),
    ...tenancyService({ database, events }),
    ...flagService({ rulesets, events, clock }),
    ...exposureService(),
  };

  const { app, answer, metrics } = newHttpServer(log);
  mount(app, contract, handlers, { authenticate: credentials.authenticate, applyOnce, answer });
  const mountStream = eventStreams(app, { authenticate: credentials.authenticate, metrics });
  mountStream('streamFlags', streams.streamFlags, flagStream({ rulesets, events }));
  const document = JSON.stringify(openApi({ ...contract, ...streams }, version));
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
    await credentials.flushUses().catch(warn);
  });
  return app;
}
