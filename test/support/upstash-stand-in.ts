import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listening } from './listening.ts';
import type { Redis } from './redis.ts';

export type Trouble = 'none' | 'silent' | 'refuses' | 'html' | 'other types' | 'other values' | 'cut off';

/**
 * Upstash's REST interface in front of a real Redis: a command as a JSON array at `/`, several at `/pipeline` and
 * `/multi-exec`, a bearer token, strings in base64 when the client asks for it. It proves that the real client and a real
 * Redis understand us. It proves nothing of Upstash's limits, prices, regions or of how it evicts.
 */
export async function startUpstash(redis: Redis, token: string) {
  let trouble: Trouble = 'none';
  const commands: string[][] = [];

  async function one(command: string[]): Promise<Answer> {
    commands.push(command);
    try {
      return { result: await redis.command(...command) };
    } catch (error) {
      return { error: String((error as Error).message) };
    }
  }

  async function answerTo(path: string | undefined, body: unknown): Promise<Answer | Answer[]> {
    if (path === '/') return one((body as unknown[]).map(String));
    const list = (body as unknown[][]).map((command) => command.map(String));
    if (path === '/pipeline') {
      const answers: Answer[] = [];
      for (const command of list) answers.push(await one(command));
      return answers;
    }
    if (path !== '/multi-exec') return { error: 'unknown path' };
    commands.push(...list);
    return (await redis.multi(list)).map((result) => ({ result }));
  }

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const send = (status: number, body: string) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    if (request.headers.authorization !== `Bearer ${token}`) return send(401, '{"error":"WRONGPASS invalid token"}');
    const body = await text(request);
    switch (trouble) {
      case 'silent':
        return undefined;
      case 'refuses':
        return send(429, '{"error":"ERR max daily request limit exceeded"}');
      case 'html':
        return send(200, '<html>a proxy of somebody</html>');
      case 'other types':
        return send(200, '{"result":{"a":1}}');
      case 'other values':
        return send(200, '{"result":"////"}');
      case 'cut off':
        return response.destroy();
      case 'none':
    }
    const answers = await answerTo(request.url, JSON.parse(body));
    const encode = request.headers['upstash-encoding'] === 'base64' ? inBase64 : (value: unknown) => value;
    const sent = (answer: Answer) => ('result' in answer ? { result: encode(answer.result) } : answer);
    const isFailure = !Array.isArray(answers) && 'error' in answers;
    return send(isFailure ? 400 : 200, JSON.stringify(Array.isArray(answers) ? answers.map(sent) : sent(answers)));
  }

  const server = await listening(createServer((request, response) => void serve(request, response)));
  return {
    url: server.url,
    /** What reached Redis, in order. */
    commands,
    trouble: (next: Trouble) => void (trouble = next),
    stop: server.stop,
  };
}

type Answer = { result: unknown } | { error: string };

const inBase64 = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inBase64);
  return typeof value === 'string' && value !== 'OK' ? Buffer.from(value).toString('base64') : value;
};
