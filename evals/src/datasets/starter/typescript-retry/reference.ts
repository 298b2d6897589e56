interface RetryOptions {
  attempts: number;
  baseMs: number;
  maxMs: number;
  sleep: (ms: number) => Promise<void>;
  retryable?: (error: unknown) => boolean;
}

export async function retry<T>(
  operation: (attempt: number) => Promise<T>,
  { attempts, baseMs, maxMs, sleep, retryable = () => true }: RetryOptions,
): Promise<T> {
  if (!(attempts >= 1)) throw new RangeError('at least one attempt is needed');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation(attempt);
    } catch (error) {
      if (attempt >= attempts || !retryable(error)) throw error;
      await sleep(Math.min(baseMs * 2 ** (attempt - 1), maxMs));
    }
  }
}
