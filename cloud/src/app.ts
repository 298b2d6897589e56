import { contract, ofrep, streams } from '@whetstone/shared/contract';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { evaluationNotes } from './features/flags/evaluated/notes.ts';
import { experimentService } from './features/flags/experiments/service.ts';
import { expireExposures, expireUsage } from './features/flags/exposures/expire.ts';
import type { KeptDays } from './features/flags/exposures/kept.ts';
import { exposureRepository } from './features/flags/exposures/repository.ts';
import { exposureService } from './features/flags/exposures/service.ts';
import { flagStream } from './features/flags/flag-stream.ts';
import { automaticRollback, type RollBackVariant } from './features/flags/history/automatic-rollback.ts';
import { historyService } from './features/flags/history/service.ts';
import { flagJobs } from './features/flags/jobs.ts';
import { knownVersions } from './features/flags/known-versions.ts';
import { lookAtMany as looker } from './features/flags/look-at-many.ts';
import { ofrepService } from './features/flags/ofrep-service.ts';
import { rulesetCache } from './features/flags/rulesets.ts';
import { segmentService } from './features/flags/segment-service.ts';
import { flagService } from './features/flags/service.ts';
import { slices } from './features/flags/slices.ts';
import { transferService } from './features/flags/transfer-service.ts';
import { assignmentKeeper } from './features/flags/sticky-exposures.ts';
import { expireAssignments } from './features/flags/sticky/expire.ts';
import { targetingService } from './features/flags/targeting-service.ts';
import { flagWriter } from './features/flags/write-flag.ts';
import { segmentWriter } from './features/flags/write-segment.ts';
import { staleService } from './features/flags/stale-service.ts';
import { jobService } from './features/jobs/service.ts';
import { expireOutcomes } from './features/portfolio/expire.ts';
import { metricRows } from './features/portfolio/repository.ts';
import { portfolioService } from './features/portfolio/service.ts';
import { credentialDirectory } from './features/tenancy/credentials.ts';
import { tenancyService } from './features/tenancy/service.ts';
import { authentication } from './http/authentication.ts';
import { serveDashboard } from './http/dashboard.ts';
import { serveDocs } from './http/docs.ts';
import { eventStreams } from './http/sse-routes.ts';
import { mount } from './http/mount.ts';
import { mountOfrep } from './http/ofrep-routes.ts';
import { openApi } from './http/openapi.ts';
import { newHttpServer } from './http/server.ts';
import { sessionCookie } from './http/session-cookie.ts';
import { sessionRoutes } from './http/session-routes.ts';
import { dayMs } from './platform/day.ts';
import type { Database } from './platform/db/database.ts';
import type { Events } from './platform/events/events.ts';
import { jobOutcomes } from './platform/queue/job-outcomes.ts';
import type { Queue } from './platform/queue/queue.ts';
import { applyOnce } from './platform/receipts/apply-once.ts';
import { purgeReceipts } from './platform/receipts/retention.ts';
import { withinTime } from './platform/within-time.ts';
import { systemService } from './readiness.ts';
import { retentionJob, type Retention } from './retention.ts';

export interface Platform {
  database: Database;
  events: Events;
  queue: Queue;
  clock: () => number;
  log: Logger;
  version: string;
  keep: KeptDays;
  /** Shows a person at the terminal what happened in the background. */
  say: (line: string) => void;
  /** Where people reach the server, when that is known. */
  publicUrl: string | undefined;
  /** Signs the cookies of signed-in browsers. */
  sessionSecret: string;
  /** The built dashboard. */
  dashboardDir: string;
}

export interface App {
  app: FastifyInstance;
  /** Begins the background work; what needs no answer waits until the server is ready. */
  work: () => Promise<void>;
  /** Resolves with the id of the job. */
  seedSamples: (projectId: string) => Promise<string>;
  /** Takes a variant that does harm from everybody who has it. */
  rollBackVariant: RollBackVariant;
}

/** The composition root: the one place where slices meet their dependencies. */
export function buildApp(platform: Platform): App {
  const { database, events, queue, clock, log, version, keep, say, publicUrl, sessionSecret, dashboardDir } = platform;
  const credentials = credentialDirectory({ database, clock, events });
  const rulesets = rulesetCache({ database, clock, events });
  events.onChange((projectId, topic) =>
    topic === 'keys' ? credentials.forget(projectId) : rulesets.invalidate(projectId),
  );

  // One for all, so that whatever takes long shares one slice between two turns.
  const steadyMs = () => performance.now();
  const each = slices({ steadyMs });
  const lookAtMany = looker({ each, steadyMs });
  const notes = evaluationNotes({ database });
  const { write, apply } = flagWriter({ events, lookAtMany });
  const { write: writeSegment, record: recordSegment } = segmentWriter({ events, lookAtMany });

  let stopping = false;
  const tenancy = tenancyService({ database, events });
  const handlers = {
    ...systemService({
      version,
      ports: [
        { port: 'db', engine: () => database.engine, ping: database.ping },
        { port: 'events', engine: () => events.engine, ping: events.ping },
        { port: 'queue', engine: () => queue.engine, ping: queue.ping },
      ],
      isStopping: () => stopping,
    }),
    ...tenancy,
    ...flagService({ rulesets, write, clock, notes }),
    ...historyService({ write }),
    ...segmentService({ writeSegment }),
    ...transferService({ events, recordSegment, lookAtMany }),
    ...targetingService({ rulesets, write, clock, lookAtMany }),
    ...exposureService({ keep, keepAssignments: assignmentKeeper({ rulesets }) }),
    ...staleService({ rulesets }),
    ...experimentService({
      metricRows,
      knownVersions,
      isKnown: exposureRepository.isKnown,
      // The embedded engine works in our own process; the other one ends what takes too long.
      mostRows: database.engine === 'pglite' ? 100_000 : undefined,
    }),
    ...portfolioService(),
    ...jobService({ queue }),
  };

  const retentions: Retention[] = [
    { what: 'idempotency receipts', purge: (nowMs, { signal }) => purgeReceipts(database, nowMs, signal) },
    { what: 'exposures', purge: (_, { signal }) => expireExposures({ database, keep, signal }) },
    { what: 'counts of exposures', purge: (_, { signal }) => expireUsage({ database, keep, signal }) },
    {
      what: 'first answers of sticky splits',
      purge: (nowMs, { signal }) => expireAssignments(database, nowMs, signal),
    },
    { what: 'outcomes', purge: (_, { signal }) => expireOutcomes({ database, signal }) },
    { what: 'events', purge: (_, { signal }) => events.purge({ signal }) },
    {
      what: 'ended jobs',
      purge: (nowMs) => queue.forget({ completed: new Date(nowMs - 7 * dayMs), failed: new Date(nowMs - 30 * dayMs) }),
    },
  ];
  const flagWork = flagJobs({
    database,
    events,
    onSeeded: (keys) => say(`Seeded sample flags: ${keys.join(', ')}`),
  });
  const jobs = [...Object.values(flagWork), retentionJob({ clock, retentions })];

  const { app, answer, metrics } = newHttpServer(log);
  const countRun = jobOutcomes(metrics);
  app.addHook('onReady', () => queue.define(jobs));
  const cookie = sessionCookie({ secret: sessionSecret, isSecure: publicUrl?.startsWith('https:') ?? false });
  const sessions = { cookie, clock, publicUrl };
  const authenticate = authentication(credentials, sessions);
  mount(app, contract, handlers, { authenticate, applyOnce, answer });
  const mountStream = eventStreams(app, { authenticate, metrics });
  mountStream('streamFlags', streams.streamFlags, flagStream({ rulesets, events }));
  mountOfrep(app, ofrepService({ rulesets, clock, each, notes }), { authenticate, answer });
  const document = JSON.stringify(openApi({ ...contract, ...streams, ...ofrep }, version));
  app.get('/openapi.json', async (_, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(document),
  );
  serveDocs(app);
  sessionRoutes(app, { ...credentials, ...sessions, answer, describe: tenancy.getMe });
  serveDashboard(app, dashboardDir);

  const flush = () =>
    Promise.all([
      credentials.flushUses().catch(warnOf('cannot write down when keys were last used')),
      notes.flush().catch(warnOf('cannot write down which flags were evaluated; it is tried again')),
    ]);
  const warnOf = (text: string) => (error: unknown) => log.warn({ err: error }, text);
  const flushing = setInterval(() => void flush(), 60_000).unref();
  let queueStopped: Promise<void> | undefined;
  app.addHook('preClose', async () => {
    stopping = true;
    // Beside the requests under way, not after them.
    queueStopped = queue.stop({ graceMs: 3_000 });
  });
  app.addHook('onClose', async () => {
    clearInterval(flushing);
    // When keys and flags were last used is not worth waiting for a database that went silent.
    await Promise.all([queueStopped, withinTime(flush(), 1_000).catch(warnOf('the last uses were not written down'))]);
  });
  return {
    app,
    work: () => queue.work({ onFinished: countRun }),
    seedSamples: (projectId) => queue.send(flagWork.seedSamples, {}, { projectId, onceKey: 'first start' }),
    rollBackVariant: automaticRollback({ database, apply }),
  };
}
