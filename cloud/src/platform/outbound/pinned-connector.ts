import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { addressesOf, hostOf, type Rules } from './destination.ts';

interface Options extends Rules {
  connectTimeoutMs: number;
  /** Certificates of authorities that are trusted besides; tests have their own. */
  ca?: string | undefined;
}

/**
 * Connects to addresses that were looked at, and not to a name that could lead elsewhere a moment later. Certificates are
 * still those of the name.
 */
export function pinnedConnector({ connectTimeoutMs, ca, ...rules }: Options): buildConnector.connector {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    // A session that was made with one address is not shown to another.
    maxCachedSessions: 0,
    ...(ca === undefined ? {} : { ca }),
  });
  const attempt = (options: buildConnector.Options) =>
    new Promise<Parameters<buildConnector.Callback>>((ended) =>
      connect(options, (...result: Parameters<buildConnector.Callback>) => ended(result)),
    );

  async function connectTo(options: buildConnector.Options): Promise<Parameters<buildConnector.Callback>> {
    const host = hostOf(options);
    const addresses = await addressesOf(host, rules);
    // Names of certificates are the rule for hosts; for an address in the URL it is the address.
    const servername = isIP(host) === 0 ? { servername: host } : {};
    let last: Parameters<buildConnector.Callback> | undefined;
    for (const hostname of addresses.slice(0, 4)) {
      last = await attempt({ ...options, hostname, ...servername });
      if (last[0] === null) return last;
    }
    return last!;
  }

  return (options, callback) => {
    connectTo(options).then(
      (result) => callback(...result),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}
