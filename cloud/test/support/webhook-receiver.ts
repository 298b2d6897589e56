import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { listening } from '../../../test/support/listening.ts';

interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What somebody's server makes of deliveries: it keeps them all and answers as it is told, 204 at first. */
export async function startReceiver() {
  const received: Received[] = [];
  const answers = new Map<string, number | 'nothing' | 'hangs up'>();
  const server = await listening(
    createServer((request, response) => {
      void text(request).then((body) => {
        const path = request.url!;
        received.push({ path, headers: request.headers as Record<string, string>, body });
        const answer = answers.get(path) ?? 204;
        if (answer === 'nothing') return;
        if (answer === 'hangs up') return void response.destroy();
        response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
      });
    }),
  );
  return {
    url: server.url,
    /** Has requests to a path answered with this status, or not at all. */
    answer: (path: string, status: number | 'nothing' | 'hangs up') => void answers.set(path, status),
    at: (path: string) => received.filter((each) => each.path === path),
    stop: server.stop,
  };
}
