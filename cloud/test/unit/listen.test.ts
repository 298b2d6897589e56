import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '../../src/platform/events/listen.ts';

it('holds nothing of the attempts that failed, however long LISTEN does not work', async () => {
  let attempts = 0;
  const refusing = createServer((socket) => {
    attempts++;
    socket.destroy();
  });
  await new Promise<void>((ready) => refusing.listen(0, '127.0.0.1', ready));
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  const states: unknown[] = [];
  const { port } = refusing.address() as AddressInfo;
  const listening = listen({
    url: `postgres://nobody@127.0.0.1:${port}/none`,
    notify: async () => undefined,
    onNotice: () => expect.fail('heard something'),
    onState: (error) => void states.push(error),
    backoffMs: { first: 1, last: 1 },
  });
  onTestFinished(() => {
    process.off('warning', onWarning);
    refusing.close();
  });
  await vi.waitUntil(() => attempts >= 30, { timeout: 20_000, interval: 5 });
  expect(listening.isListening()).toBe(false);
  await listening.stop();
  // Node warns of a signal on which more than ten wait.
  expect(warnings).toEqual([]);
  expect(states).toHaveLength(1);
});
