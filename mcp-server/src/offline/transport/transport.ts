/** What comes back. `fetch`'s Response is one, too, so that tests and other runtimes may bring their own. */
export interface Reply {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  /** Read it once, here or by `text` or `json`. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** Rejects when there is more than `maxBodyBytes`. */
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export interface Sending {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Ends the request and the reading of its answer. */
  signal?: AbortSignal | undefined;
  /** Nobody waits for it: an open connection must not keep the process alive. */
  background?: boolean | undefined;
}

/** `fetch` as far as we need it. Redirects are not followed: the key would go where nobody configured it. */
export type Transport = (url: string, sending?: Sending) => Promise<Reply>;

/** No answer of ours is near it; it bounds the memory that a wrong or hostile server can take. */
export const maxBodyBytes = 64 * 1024 * 1024;

/** A failure below HTTP. */
export class TransportError extends Error {
  readonly code: string;
  /** The proxy, without credentials, when it is the one that failed. */
  readonly proxy: string | undefined;

  constructor(code: string, { proxy, cause }: { proxy?: string | undefined; cause?: unknown } = {}) {
    super(code, { cause });
    this.code = code;
    this.proxy = proxy;
  }
}
