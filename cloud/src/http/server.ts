import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { answerDoor, type Answer } from './answer.ts';
import { answerBrokenRequest, answerProblem, answerProblems } from './problems.ts';

interface HttpServer {
  app: FastifyInstance;
  answer: Answer;
  metrics: Registry;
}

/** An HTTP server without operations: limits, request ids, what is logged, and the shape of every failure. */
export function newHttpServer(log: FastifyBaseLogger): HttpServer {
  const nextRequestId = requestIds();
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Lines name their request themselves: a child logger for each would cost more than the request.
    childLoggerFactory: (logger) => logger,
    bodyLimit: 1_048_576,
    // Longer than any key, so that a key that is too long is called that and not an unknown address.
    routerOptions: { maxParamLength: 4_096 },
    requestTimeout: 60_000,
    // Without a byte either way: whoever asks and does not read is not waited for.
    connectionTimeout: 60_000,
    forceCloseConnections: 'idle',
    // What still arrives on open connections is answered as ever; /readyz is what says that we are leaving.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => givenRequestId(headers['x-request-id']) ?? nextRequestId(),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply, answer),
  });
  const { answer, metrics } = answerDoor(app, log);
  answerProblems(app, answer);
  takeJsonAlone(app);
  return { app, answer, metrics };
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
