import { systemClock } from '../../src/offline/clock.ts';
import { nodeTransport } from '../../src/offline/transport/node-transport.ts';
import { drainOnce, newOutbox } from './outbox.ts';

/**
 * A process that records until it is killed, and says on stdout what was accepted; `drain` also sends, again and again, and
 * `fill` writes until it is refused, and says why.
 */
const [mode = '', directory = '', prefix = '', url = '', count = '1e9'] = process.argv.slice(2);

async function run() {
  const { record, outbox } = newOutbox(directory);
  const sending = mode === 'drain' ? sendOn() : undefined;
  for (let n = 0; n < Number(count); n += 4) {
    const names = [n, n + 1, n + 2, n + 3].map((number) => `${prefix}-${number}`);
    const text = mode === 'fill' ? 'word '.repeat(2_000) : '';
    const outcomes = await Promise.all(names.map((name) => record({ name, text })));
    const accepted = names.filter((_, index) => outcomes[index]?.accepted);
    const refused = outcomes.find((outcome) => !outcome.accepted);
    process.stdout.write(accepted.map((name) => `${name}\n`).join(''));
    if (mode !== 'fill' || !refused) continue;
    process.stdout.write(`${JSON.stringify(refused)}\n`);
    break;
  }
  await outbox.close();
  await sending;
}

/** As the background delivery would, without its pauses. */
async function sendOn() {
  const { takeSenderLock } = await import('../../src/offline/outbox/sender-lock.ts');
  for (let quiet = 0; quiet < 20;) {
    const lock = takeSenderLock(directory);
    if (lock.kind === 'held') {
      const { delivered, block } = await drainOnce(directory, nodeTransport({ proxy: undefined, clock: systemClock }), {
        url,
      });
      lock.release();
      quiet = delivered > 0 || block ? 0 : quiet + 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

void run();
