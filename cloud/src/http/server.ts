import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { answerBrokenRequest, answerProblem, answerProblems } from './problems.ts';

/** An HTTP server without routes: limits, request ids, what is logged, and the shape of every failure. */
export function newHttpServer(log: FastifyBaseLogger): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Lines name their request themselves, below: a child logger per request costs more than the request.
    childLoggerFactory: (logger) => logger,
    bodyLimit: 1_048_576,
    // Longer than any key, so that a key that is too long is called that and not an unknown address.
    routerOptions: { maxParamLength: 4_096 },
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    genReqId: ({ headers }) => givenRequestId(headers['x-request-id']) ?? uuidv7(),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
  });
  answerProblems(app);
  takeJsonAlone(app);

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const isWrite = request.method !== 'GET' && request.method !== 'HEAD';
    if (isWrite || reply.statusCode >= 500) {
      const { operation } = request.routeOptions.config;
      const durationMs = Math.round(reply.elapsedTime);
      const key = request.ctx?.actor.selector;
      log.info({ requestId: request.id, operation, status: reply.statusCode, durationMs, key }, 'request');
    }
    done();
  });
  return app;
}

const givenRequestId = (header: string | string[] | undefined) =>
  typeof header === 'string' && /^[A-Za-z0-9._-]{1,128}$/.test(header) ? header : undefined;

/** Bodies are JSON or nothing; an empty one is nothing, since some clients name a content type whatever they send. */
function takeJsonAlone(app: FastifyInstance) {
  app.removeContentTypeParser('text/plain');
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, body as string, done),
  );
}
