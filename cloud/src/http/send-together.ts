import type { FastifyReply } from 'fastify';

/**
 * Sends at the end of a turn of the event loop what the turn has answered. Each write wakes who waits for it; written one
 * right after the other, they wake a busy client once and not once for each. An answer that comes alone waits for nothing.
 */
export function sendTogether(): (reply: FastifyReply, body: string | Buffer) => void {
  let waiting: { reply: FastifyReply; body: string | Buffer }[] = [];
  const sendAll = () => {
    const leaving = waiting;
    waiting = [];
    for (const { reply, body } of leaving) void reply.send(body);
  };
  return (reply, body) => {
    if (waiting.push({ reply, body }) === 1) setImmediate(sendAll);
  };
}
