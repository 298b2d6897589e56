/** So many at a time; the others wait in the order they came. */
export interface Semaphore {
  acquire(): Promise<void>;
  release(): void;
}

export function semaphore(width: number): Semaphore {
  let free = width;
  const waiting: (() => void)[] = [];
  return {
    async acquire() {
      if (free > 0) free -= 1;
      else await new Promise<void>((enter) => waiting.push(enter));
    },
    release() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}
