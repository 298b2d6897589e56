const pausesMs = [500, 1_000, 2_000, 5_000];

/** Before another attempt to connect: longer after each that failed, over at once when the signal says so. */
export const pauseAfter = (failures: number, signal: AbortSignal) =>
  new Promise<void>((over) => {
    const timer = setTimeout(over, pausesMs[Math.min(failures, pausesMs.length - 1)]);
    signal.addEventListener('abort', () => (clearTimeout(timer), over()), { once: true });
  });
