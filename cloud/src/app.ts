import { comparePatches } from '@whetstone/shared/feedback';
import { contract, ofrep, sockets, streams, type SourceKind } from '@whetstone/shared/contract';
import { evaluate } from '@whetstone/shared/flags';
import { openAiUrl } from '@whetstone/evals';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { gateRun } from './features/evals/regressions/gate-run.ts';
import type { OnRunEnded } from './features/evals/runs/ended-run.ts';
import type { PrepareRun } from './features/evals/runs/start-run.ts';
import { evalsSlice, type SampleRuns } from './features/evals/evals.ts';
import type { ExecutorConfig } from './features/evals/executor/config.ts';
import { pathInside } from './features/evals/executor/path-inside.ts';
import { patternTexts } from './features/feedback/learn/for-guidance/repository.ts';
import { correctedShare } from './features/feedback/capture/repository.ts';
import { feedbackSlice } from './features/feedback/feedback.ts';
import { evaluationNotes } from './features/flags/evaluated/notes.ts';
import { experimentOf, experimentService, type ExperimentDoors } from './features/flags/experiments/service.ts';
import { expireExposures, expireUsage } from './features/flags/exposures/expire.ts';
import type { KeptDays } from './features/flags/exposures/kept.ts';
import { exposureRepository } from './features/flags/exposures/repository.ts';
import { exposureService } from './features/flags/exposures/service.ts';
import { flagGates, type FlagGates } from './features/flags/rollout-gates.ts';
import { flagForOthers } from './features/flags/flag-for-others.ts';
import { flagStream } from './features/flags/flag-stream.ts';
import { automaticRollback, type GiveBack, type RollBackVariant } from './features/flags/history/automatic-rollback.ts';
import { historyService } from './features/flags/history/service.ts';
import { variantValues } from './features/flags/history/variant-values.ts';
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
import { isUntouchedSample } from './features/flags/untouched-sample.ts';
import { whyNotCarried } from './features/flags/why-not-carried.ts';
import { flagWriter, type FlagWritten } from './features/flags/write-flag.ts';
import { segmentWriter } from './features/flags/write-segment.ts';
import { staleService } from './features/flags/stale-service.ts';
import { guidanceSlice } from './features/guidance/guidance.ts';
import { wordRules } from './features/guidance/word-rules.ts';
import type { LearnPart } from './features/feedback/learn/learn.ts';
import type { LearnDoors } from './features/feedback/learn/jobs.ts';
import { jobService } from './features/jobs/service.ts';
import { knowledgeSlice } from './features/knowledge/knowledge.ts';
import { seededDocs } from './features/knowledge/seed/seeded-docs.ts';
import { sourceReaders, type Reach } from './features/knowledge/sources/readers.ts';
import type { OpenSource } from './features/knowledge/sources/source.ts';
import { expireOutcomes } from './features/portfolio/record/expire.ts';
import { metricRowsWith, outcomeRepository } from './features/portfolio/record/repository.ts';
import { portfolioSlice } from './features/portfolio/portfolio.ts';
import { expireRecommendations } from './features/portfolio/serve/expire.ts';
import { credentialDirectory } from './features/tenancy/credentials.ts';
import { tenancyService } from './features/tenancy/service.ts';
import { expireDeliveries } from './features/webhooks/expire.ts';
import { webhookJobs } from './features/webhooks/jobs.ts';
import { webhookService } from './features/webhooks/service.ts';
import { webhookTeller, type SendDelivery } from './features/webhooks/tell-webhooks.ts';
import { authentication } from './http/authentication.ts';
import { serveDashboard } from './http/dashboard.ts';
import { jobRoutes } from './http/job-routes.ts';
import { eventStreams } from './http/sse-routes.ts';
import { mount } from './http/mount.ts';
import { mountOfrep } from './http/ofrep-routes.ts';
import { openApi } from './http/openapi.ts';
import { serveDocs } from './http/docs.ts';
import { newHttpServer } from './http/server.ts';
import { sessionCookie } from './http/session-cookie.ts';
import { sessionRoutes } from './http/session-routes.ts';
import type { Cache } from './platform/cache/cache.ts';
import { cacheMetrics } from './platform/cache/metrics.ts';
import { mountSocket } from './http/websocket-routes.ts';
import { dayMs } from './platform/day.ts';
import type { Database } from './platform/db/database.ts';
import type { Embeddings } from './platform/embeddings/embeddings.ts';
import type { Events } from './platform/events/events.ts';
import type { Outbound } from './platform/outbound/outbound.ts';
import { jobOutcomes } from './platform/queue/job-outcomes.ts';
import type { Queue } from './platform/queue/queue.ts';
import { appliedBefore, applyOnce } from './platform/receipts/apply-once.ts';
import { togetherOnce } from './platform/receipts/apply-together.ts';
import { purgeReceipts } from './platform/receipts/retention.ts';
import type { Vectors } from './platform/vectors/vectors.ts';
import { withinTime } from './platform/within-time.ts';
import { systemService, type ProbedPort } from './readiness.ts';
import { retentionJob, type Retention } from './retention.ts';

export interface Platform {
  database: Database;
  events: Events;
  queue: Queue;
  cache: Cache;
  outbound: Outbound;
  embeddings: Embeddings | undefined;
  vectors: Vectors | undefined;
  /** Why there are none. */
  noVectors?: string | undefined;
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
  /** Tests may bring their own of these, to see what is asked of them. */
  prepareRun?: PrepareRun;
  sampleRuns?: SampleRuns;
  /** The built dashboard. */
  dashboardDir: string;
  /** What runs of evals need, and what they may use. */
  evals: ExecutorConfig;
  /** Where documentation may be taken from. */
  knowledge: KnowledgeConfig;
  /** Tests may bring a reader of their own. */
  learning?: Partial<Pick<LearnDoors, 'read' | 'compare' | 'describeDetector' | 'cutAfterMs' | 'edition'>>;
}

interface KnowledgeConfig extends Reach {
  /** Tests may bring their own readers, and fewer ingests a day. */
  openSource?: Partial<Record<SourceKind, OpenSource>>;
  ingestsPerDay?: number;
  cutAfterMs?: number;
  mostSegmentBytes?: number;
  meaning?: { embeddings: Embeddings; vectors: Vectors };
}

export interface App {
  app: FastifyInstance;
  /** Begins the background work; what needs no answer waits until the server is ready. */
  work: () => Promise<void>;
  /** Resolves with the id of the job. */
  seedSamples: (projectId: string) => Promise<string>;
  /** Has the sample runs made, those that are left of them. */
  seedRuns: (projectId: string) => Promise<void>;
  /** Has the documentation that lies on disk taken, what is left of it. */
  seedDocs: (projectId: string) => Promise<void>;
  /** What further ports there are and who is behind them, for the person who starts the server. */
  engineLines: () => Record<string, string>;
  /** Takes a variant that does harm from everybody who has it. */
  rollBackVariant: RollBackVariant;
  /** What is done in the transaction that ends a run of evals. */
  onRunEnded: OnRunEnded;
  /** What is done in the transactions that store, decide and remove corrections. */
  learn: Pick<LearnPart, 'onCaptured' | 'onReviewed' | 'onForgotten' | 'jobs'>;
}

/** The composition root: the one place where slices meet their dependencies. */
export function buildApp(platform: Platform): App {
  const { database, events, queue, cache, outbound, embeddings, vectors, clock, log, version, keep, say } = platform;
  const { publicUrl, sessionSecret, dashboardDir } = platform;
  const credentials = credentialDirectory({ database, clock, events });
  const rulesets = rulesetCache({ database, clock, events });
  events.onChange((projectId, topic) => {
    if (topic === 'keys') credentials.forget(projectId);
    if (topic === 'flags') rulesets.invalidate(projectId);
    if (topic === 'portfolio') portfolio.onChange(projectId);
  });

  // One for all, so that whatever takes long shares one slice between two turns.
  const steadyMs = () => performance.now();
  const each = slices({ steadyMs });
  const lookAtMany = looker({ each, steadyMs });
  const notes = evaluationNotes({ database });
  const gates: FlagGates = flagGates({ database, queue, gateRun, apply: (...change) => apply(...change) });
  const written: FlagWritten = async (tx, definition, state) => {
    await gates.written(tx, definition);
    await guidance.onFlagWritten(tx, definition, state);
  };
  const { write, apply } = flagWriter({ events, lookAtMany, written });
  const giveBack: GiveBack = (...taken) => guidance.giveBack(...taken);
  const rollBackVariant = automaticRollback({ database, apply, giveBack });
  const { write: writeSegment, record: recordSegment } = segmentWriter({ events, lookAtMany });

  const sendDelivery: SendDelivery = (tx, message, startAfter) =>
    queue.send(webhookWork.deliver, message, { tx, projectId: tx.projectId, ...(startAfter ? { startAfter } : {}) });
  const evals = evalsSlice({
    database,
    queue,
    events,
    cache,
    clock,
    log,
    config: platform.evals,
    tell: webhookTeller({ send: sendDelivery }),
    rollBackVariant,
    askGates: gates.ask,
    holdPlan: gates.hold,
    variantValues,
    whyNotCarried,
    recordSubmitted: (tx, { passed, ...said }) =>
      portfolio.storeOne(tx, { ...said, source: 'eval', outcome: passed ? 'solved' : 'failed' }),
    recordRun: (tx, runId) => portfolio.recordRun(tx, runId),
    prepareReruns: platform.prepareRun,
    sampleRuns: platform.sampleRuns,
    isUntouchedSample,
    onGateRunEnded: (tx, run) => guidance.onRunEnded(tx, run),
    onSeeded: ({ started, completed }) =>
      say(
        `Made ${started} sample eval runs, ${completed} completed: see Leaderboard. One got worse on purpose: see Regressions`,
      ),
  });

  const portfolio = portfolioSlice({
    database,
    events,
    queue,
    log,
    clock,
    random: Math.random,
    verdictsOfRun: evals.modelVerdicts,
  });

  const { openSource: ownSources, docDirs, modulesDirs, registryUrl, ...knowledgeLimits } = platform.knowledge;
  const knowledge = knowledgeSlice({
    database,
    queue,
    clock,
    log,
    random: Math.random,
    openSource: { ...sourceReaders({ outbound, version, clock, docDirs, modulesDirs, registryUrl }), ...ownSources },
    checkDirectory: (path) => pathInside(docDirs, path, 'WHETSTONE_DOC_DIRS'),
    ...(embeddings && vectors && { meaning: { embeddings, vectors } }),
    modulesDirs,
    onSeeded: (docs) => say(seededDocs(docs)),
    ...knowledgeLimits,
  });

  const experimentDoors: ExperimentDoors = {
    metricRows: metricRowsWith({ correctedShare }),
    knownVersions,
    isKnown: exposureRepository.isKnown,
    // The embedded engine works in our own process; the other one ends what takes too long.
    mostRows: database.engine === 'pglite' ? 100_000 : undefined,
  };
  const { openai } = platform.evals;
  const isModelConfigured = () =>
    evals.ports.some(({ port, engine }) => port === 'llm' && engine() !== 'not configured');
  const guidance = guidanceSlice({
    database,
    queue,
    clock,
    prepare: evals.prepare,
    runPair: evals.runPair,
    rollBackVariant,
    async corrected(tx, key) {
      const asked = contract.getExperiment.input.parse({ key, metric: 'corrected', timeRange: '30d' });
      const { comparisons } = await experimentOf(tx, asked, experimentDoors);
      return comparisons.map(({ variant, decision }) => ({ variant, ...decision }));
    },
    flag: flagForOthers({ apply }),
    incumbent: portfolio.incumbent,
    isModelConfigured,
    patternsFor: patternTexts,
    evaluate: async (projectId, key, context) =>
      evaluate((await rulesets.of(projectId)).compiled, key, context, { nowMs: clock(), explain: false }),
    word: wordRules({ ...openai, isConfigured: isModelConfigured, baseUrl: openai.baseUrl ?? openAiUrl }),
  });
  const feedback = feedbackSlice({
    database,
    queue,
    log,
    clock,
    compare: comparePatches,
    taskTypesOf: outcomeRepository.taskTypes,
    addEvalTask: evals.addTask,
    removeEvalTasks: evals.removeTasks,
    rulesOn: guidance.rulesOn,
    ...platform.learning,
  });

  const lexical = 'none: search is lexical';
  /** Search does without them. */
  const meaning: ProbedPort[] = [
    {
      port: 'embeddings',
      engine: () => embeddings?.engine ?? lexical,
      ping: async () => embeddings?.ping(),
      isOptional: true,
    },
    {
      port: 'vectors',
      engine: () => vectors?.engine ?? (embeddings ? `${lexical}, since ${platform.noVectors}` : lexical),
      ping: async () => vectors?.ping(),
      isOptional: true,
    },
  ];

  let stopping = false;
  const tenancy = tenancyService({ database, events });
  const handlers = {
    ...systemService({
      version,
      ports: [
        { port: 'db', engine: () => database.engine, ping: database.ping },
        { port: 'events', engine: () => events.engine, ping: events.ping },
        { port: 'queue', engine: () => queue.engine, ping: queue.ping },
        { port: 'cache', engine: () => cache.engine, ping: cache.ping, isOptional: true },
        ...meaning,
        ...evals.ports,
      ],
      isStopping: () => stopping,
    }),
    ...tenancy,
    ...flagService({ rulesets, write, clock, notes }),
    ...historyService({ write }),
    ...segmentService({ writeSegment }),
    ...transferService({ events, recordSegment, lookAtMany, written }),
    ...targetingService({ rulesets, write, clock, lookAtMany }),
    ...exposureService({ keep, keepAssignments: assignmentKeeper({ rulesets }) }),
    ...staleService({ rulesets }),
    ...experimentService(experimentDoors),
    ...portfolio.handlers,
    ...jobService({ queue }),
    ...webhookService({ outbound, send: sendDelivery }),
    ...evals.handlers,
    ...knowledge.handlers,
    ...guidance.handlers,
    ...feedback.handlers,
  };

  const retentions: Retention[] = [
    { what: 'idempotency receipts', purge: (nowMs, { signal }) => purgeReceipts(database, nowMs, signal) },
    { what: 'exposures', purge: (_, { signal }) => expireExposures({ database, keep, signal }) },
    { what: 'counts of exposures', purge: (_, { signal }) => expireUsage({ database, keep, signal }) },
    {
      what: 'first answers of sticky splits',
      purge: (nowMs, { signal }) => expireAssignments(database, nowMs, signal),
    },
    {
      what: 'outcomes',
      purge: (_, { signal }) => expireOutcomes({ database, signal, onRemoved: portfolio.wantRebuild }),
    },
    { what: 'recommendations', purge: (_, { signal }) => expireRecommendations({ database, signal }) },
    { what: 'deliveries of webhooks', purge: (_, { signal }) => expireDeliveries({ database, signal }) },
    ...evals.retentions,
    ...knowledge.retentions,
    ...feedback.retentions,
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
    rollUpMinutes: queue.take ? 5 : 1,
  });
  const webhookWork = webhookJobs({
    database,
    outbound,
    send: sendDelivery,
    sendAgain: (tx, projectId, message) => queue.send(webhookWork.deliver, message, { tx, projectId }),
    random: Math.random,
  });
  const jobs = [
    ...Object.values(flagWork),
    ...gates.jobs,
    ...Object.values(webhookWork),
    ...evals.jobs,
    ...portfolio.jobs,
    ...knowledge.jobs,
    ...guidance.jobs,
    ...feedback.jobs,
    retentionJob({ clock, retentions }),
  ];

  const { app, answer, metrics } = newHttpServer(log);
  const countRun = jobOutcomes(metrics);
  cacheMetrics(metrics, cache);
  app.addHook('onReady', () => queue.define(jobs));
  const cookie = sessionCookie({ secret: sessionSecret, isSecure: publicUrl?.startsWith('https:') ?? false });
  const sessions = { cookie, clock, publicUrl };
  const authenticate = authentication(credentials, sessions);
  mount(app, contract, handlers, {
    authenticate,
    applyOnce,
    appliedBefore,
    applyTogether: togetherOnce({ clock }),
    answer,
  });
  const mountStream = eventStreams(app, { authenticate, metrics });
  mountStream('streamFlags', streams.streamFlags, flagStream({ rulesets, events }));
  mountSocket(
    app,
    'followEvalRun',
    sockets.followEvalRun,
    { authenticate, admitSigned: credentials.admitSigned, metrics },
    evals.socket,
  );
  mountOfrep(app, ofrepService({ rulesets, clock, each, notes }), { authenticate, answer });
  // Made when first asked for: that takes a third of a second, which no start should wait for.
  let document: string | undefined;
  if (queue.take) jobRoutes(app, { take: queue.take, answer });
  app.get('/openapi.json', async (_, reply) => {
    document ??= JSON.stringify(openApi({ ...contract, ...streams, ...sockets, ...ofrep }, version));
    return reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });
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
    evals.stopListening();
    // When keys and flags were last used is not worth waiting for a database that went silent.
    const graded = (queueStopped ?? Promise.resolve()).then(evals.stop);
    await Promise.all([
      graded,
      portfolio.stop(),
      knowledge.stop(),
      withinTime(flush(), 1_000).catch(warnOf('the last uses were not written down')),
    ]);
  });
  return {
    app,
    work: async () => {
      await evals.recover();
      await queue.work({ onFinished: countRun });
    },
    seedSamples: (projectId) => queue.send(flagWork.seedSamples, {}, { projectId, onceKey: 'first start' }),
    rollBackVariant,
    onRunEnded: evals.onRunEnded,
    learn: feedback.learn,
    seedRuns: evals.seedRuns,
    seedDocs: knowledge.seedDocs,
    engineLines: () => Object.fromEntries([...meaning, ...evals.ports].map(({ port, engine }) => [port, engine()])),
  };
}
