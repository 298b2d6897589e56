/** Waits for a task, but no longer than this; then rejects, whatever becomes of the task. */
export function withinTime<T>(task: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${limitMs} ms`)), limitMs).unref();
  });
  return Promise.race([task, tooLate]).finally(() => clearTimeout(timer));
}
