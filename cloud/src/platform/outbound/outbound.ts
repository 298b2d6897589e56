/** One call to where somebody else says. Its members bound what it may cost us. */
export interface OutboundCall {
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** For the whole of it: name, connection, redirects, answer. */
  timeoutMs: number;
  /** Of the answer's body, unpacked; 0 when only the status matters, then nothing of it is read. */
  maxBytes: number;
  /** How many are followed, each looked at like the first address; 0 when absent. A GET or HEAD alone may follow any. */
  redirects?: number;
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  headers: Headers;
  /** Empty when `maxBytes` was 0. */
  body: Buffer;
  /** After redirects. */
  url: string;
}

/**
 * The one door for calls to addresses that users name. It leads to the public internet alone, and to what whoever runs the
 * server has allowed. Failures are a `WhetstoneError`: `forbidden` for where it does not lead, `payload_too_large` for an
 * answer beyond the limit, `unavailable` for everything that may pass by itself. Its sentences name the host and nothing
 * else of the address, which may hold a secret.
 */
export interface Outbound {
  fetch(url: string, call: OutboundCall): Promise<OutboundAnswer>;
  /** Throws when a call to this address would be refused as things stand. The call itself looks again. */
  check(url: string): Promise<void>;
  close(): Promise<void>;
}

/** The addresses of a name, all of them. */
export type Resolve = (host: string) => Promise<string[]>;
