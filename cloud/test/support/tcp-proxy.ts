import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and a server on this machine, to do what networks do. */
export async function tcpProxy(to: { host: string; port: number }) {
  const pairs = new Set<[Socket, Socket]>();
  let isBlackHole = false;
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect(to.port, to.host);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    if (isFrozen) for (const socket of pair) socket.pause();
    // Taken and dropped: both sides go on believing that the connection lives.
    near.on('data', (chunk) => isBlackHole || far.write(chunk));
    far.on('data', (chunk) => isBlackHole || near.write(chunk));
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => pairs.size,
    blackHole: (on: boolean) => void (isBlackHole = on),
    /** Nothing passes meanwhile, and nothing is lost. */
    freeze: (on: boolean) => {
      isFrozen = on;
      for (const socket of [...pairs].flat())
        if (on) socket.pause();
        else socket.resume();
    },
    close: async () => {
      for (const [near] of pairs) near.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
