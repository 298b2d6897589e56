import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import { observe } from './observe.ts';
import { answerBrokenRequest, answerProblem, answerProblems } from './problems.ts';

/** An HTTP server without routes: limits, request ids, what is logged, and the shape of every failure. */
export function newHttpServer(log: FastifyBaseLogger): FastifyInstance {
  const nextRequestId = requestIds();
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
    genReqId: ({ headers }) => givenRequestId(headers['x-request-id']) ?? nextRequestId(),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
  });
  answerProblems(app);
  takeJsonAlone(app);

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  observe(app, log);
  return app;
}

/** Unique by a random start and a count: a UUID for each would cost more than the evaluation of a flag. */
function requestIds() {
  const start = randomBytes(9).toString('base64url');
  let count = 0;
  return () => `${start}.${(count++).toString(36)}`;
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
