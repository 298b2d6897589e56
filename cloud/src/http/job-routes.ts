import { WhetstoneError } from '@whetstone/shared/errors';
import type { FastifyInstance } from 'fastify';
import type { Delivery, Queue } from '../platform/queue/queue.ts';
import type { Answer } from './answer.ts';
import { problemOf } from './problems.ts';

/** An id and a number; of what was given up also our answer and its headers. */
const longestBody = 131_072;

interface Border {
  take: NonNullable<Queue['take']>;
  answer: Answer;
}

/**
 * Where a service outside hands out jobs, one request each, answered when the run has ended. Beside the registry: whoever
 * asks is known by a signature over the bytes of the body, which is therefore taken as it came.
 */
export function jobRoutes(app: FastifyInstance, { take, answer }: Border) {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));

    scope.route({
      method: 'POST',
      url: '/jobs/:name',
      bodyLimit: longestBody,
      async onRequest(request) {
        request.operation = 'takeJob';
        request.startedMs = performance.now();
      },
      async handler(request, reply) {
        const { socket } = request.raw;
        // Without a byte either way while a job runs: its own time limit ends it.
        socket.setTimeout(0);
        const body = request.body as Delivery['body'];
        const { status, code, sentence, headers } = await take({ path: request.url, body, headers: request.headers });
        socket.setTimeout(app.server.timeout);
        for (const [name, value] of Object.entries(headers)) reply.header(name, value);
        return code === undefined
          ? answer(request, reply, { status, body: JSON.stringify({ sentence }), contentType: json })
          : answer(request, reply, {
              status,
              body: JSON.stringify(problemOf(new WhetstoneError(code, sentence), request.id, status)),
              contentType: problem,
            });
      },
    });
  });
}

const json = 'application/json; charset=utf-8';
const problem = 'application/problem+json; charset=utf-8';
