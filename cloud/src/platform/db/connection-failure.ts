const sqlStates = /^(08|57P|53)/;
const socketCodes = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_)/;
const sentences =
  /timeout exceeded when trying to connect|Connection terminated|is not queryable|Query read timeout|connection timeout/i;

/** Errors of the connection itself: the engine is away or went silent, which is not a bug of ours. */
export function isConnectionFailure(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return sqlStates.test(String(code)) || socketCodes.test(String(code)) || sentences.test(String(message));
}

/** Deadlock, serialization failure, lock not available, cancelled by a time limit: the same request may do next time. */
export const isPassing = (error: unknown) =>
  ['40P01', '40001', '55P03', '57014'].includes(String((error as { code?: unknown }).code));
