import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { wordRules } from '../../src/features/guidance/word-rules.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function endpointThatSays(status: number, content: unknown) {
  const server = createServer((_, reply) => {
    reply.writeHead(status, { 'content-type': 'application/json' });
    reply.end(JSON.stringify({ choices: [{ message: { content } }] }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => server.close());
  return wordRules({ isConfigured: () => true, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

it('takes a list of as many rules as were given, with words around it or not', async () => {
  const word = await endpointThatSays(200, 'Here they are: ["Return early."]');
  expect(await word(['return early'], 'a model')).toEqual(['Return early.']);
});

it.each([
  [200, '["one", "two"]', 'answered with no list of 1 rules'],
  [200, 'I would rather not', 'answered with no list of 1 rules'],
  [200, '[{"rule": "one"}]', 'answered with no list of 1 rules'],
  [200, null, 'answered 200 and no completion'],
  [429, '["one"]', 'answered 429'],
])('refuses an answer of %i with %j, and says so', async (status, content, said) => {
  const word = await endpointThatSays(status, content);
  await expect(word(['return early'], 'a model')).rejects.toThrow(said);
});

it('says that the endpoint is dead, and which setting is missing where there is none', async () => {
  const dead = wordRules({ isConfigured: () => true, baseUrl: 'http://127.0.0.1:9' });
  await expect(dead(['return early'], 'a model')).rejects.toMatchObject({ code: 'unavailable' });
  const none = wordRules({ isConfigured: () => false, baseUrl: 'http://127.0.0.1:9' });
  await expect(none(['return early'], 'a model')).rejects.toThrow('OPENAI_API_KEY');
});
