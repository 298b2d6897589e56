import type { ClientRequest } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Sending } from './transport.ts';
import { TransportError } from './transport.ts';

/**
 * An address that answers no packet is given up after this. It also bounds how long a finished program may linger, since
 * Node stays alive while a connection is being made, whatever is said about its socket.
 */
const connectLimitMs = 2_000;

export function guardConnecting(
  outgoing: ClientRequest,
  { background, clock }: Pick<Sending, 'background'> & { clock: Clock },
) {
  const cancel = clock.after(connectLimitMs, () => outgoing.destroy(new TransportError('ETIMEDOUT')));
  outgoing.once('close', cancel);
  outgoing.once('socket', (socket) => {
    const release = () => void (background && socket.unref());
    release();
    if (!socket.connecting) return cancel();
    // Trying a second address makes a new handle, which holds the process again.
    socket.once('connect', () => {
      cancel();
      release();
    });
  });
}
