import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { pino } from 'pino';
import { listening } from '../../../test/support/listening.ts';
import { startQStashStandIn, type Faults } from '../../../test/support/qstash-stand-in.ts';
import { jobRoutes } from '../../src/http/job-routes.ts';
import { newHttpServer } from '../../src/http/server.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openQStashQueue } from '../../src/platform/queue/qstash-queue.ts';
import type { Queue } from '../../src/platform/queue/queue.ts';

/** As the environment names it. */
export interface QStashService {
  url: string;
  token: string;
  currentSigningKey: string;
  nextSigningKey: string;
  publicUrl: string;
}

const log = pino({ level: 'silent' });

/** The stand-in of QStash, and the public address behind which the servers of a test take turns. */
export async function surroundWithQStash(options: { faults?: Faults; pauseFactor?: number } = {}) {
  const standIn = await startQStashStandIn(options);
  const servers: string[] = [];
  const front = await listening(
    createServer((request, response) => {
      const server = servers.shift();
      if (server === undefined) return void response.writeHead(503).end();
      servers.push(server);
      forward(server, request, response);
    }),
  );
  const { url, token, currentSigningKey, nextSigningKey } = standIn;
  const service: QStashService = { url, token, currentSigningKey, nextSigningKey, publicUrl: front.url };

  const join = (server: string) => {
    servers.push(server);
    return () => void servers.splice(0, servers.length, ...servers.filter((each) => each !== server));
  };

  return {
    standIn,
    service,
    join,
    async open(database: Database, { clock = Date.now, leaseMs = 1_500 }: { clock?: () => number; leaseMs?: number }) {
      const { queue, url: own, close } = await openServer(database, service, clock, leaseMs);
      let leave = () => {};
      const inFront: Queue = {
        ...queue,
        get engine() {
          return queue.engine;
        },
        async work(observer) {
          await queue.work(observer);
          leave = join(own);
        },
        async stop(grace) {
          leave();
          await queue.stop(grace);
          await close();
        },
      };
      return inFront;
    },
    async stop() {
      await standIn.stop();
      await front.stop();
    },
  };
}

/** A server with the queue and its route alone. */
export async function openServer(database: Database, service: QStashService, clock: () => number, leaseMs: number) {
  const queue = await openQStashQueue({
    database,
    clock,
    log,
    qstash: service,
    publicUrl: service.publicUrl,
    workers: 4,
    timing: { leaseMs, republishMs: 4_000, backoffMs: 200, sweepMs: 300 },
  });
  const { app, answer } = newHttpServer(log);
  jobRoutes(app, { take: queue.take!, answer });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { queue, url, close: () => app.close() };
}

function forward(server: string, request: IncomingMessage, response: ServerResponse) {
  const onward = ask(
    server + request.url,
    { method: request.method, headers: request.headers, agent: false },
    (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
