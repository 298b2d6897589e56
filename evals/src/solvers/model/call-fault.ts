/** A call that brought no answer, and may bring one when it is made again. */
export class CallFault extends Error {
  override name = 'CallFault';
  /** The endpoint wants fewer calls: 429 and its kin. */
  readonly refused: boolean;
  /** It has too much to do, by its own word: 429, 503, 529. */
  readonly overload: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { refused = false, overload = refused, retryAfterMs, cause }: CallFaultDetails = {}) {
    super(message, { cause });
    this.refused = refused;
    this.overload = overload;
    this.retryAfterMs = retryAfterMs;
  }
}

interface CallFaultDetails extends ErrorOptions {
  refused?: boolean;
  overload?: boolean;
  retryAfterMs?: number | undefined;
}
