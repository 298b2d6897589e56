import { pino, type DestinationStream, type Logger } from 'pino';

/** Logs never carry headers, bodies or queries; what looks like a key all the same is cut out of the finished line. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    hooks: { streamWrite: withoutKeys },
    serializers: { err: describe },
  };
  return destination ? pino(options, destination) : pino(options, pino.destination(2));
}

/** By hand: errors of drivers carry their client with them, its user and secrets included. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return { name, message, code, stack, ...(cause === undefined ? {} : { cause: describe(cause) }) };
}

const withoutKeys = (line: string) => line.replace(/(wsk_[0-9A-Za-z]{1,12}_)[0-9A-Za-z]+/g, '$1[redacted]');
