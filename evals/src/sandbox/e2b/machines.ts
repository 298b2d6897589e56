import { WhetstoneError } from '@whetstone/shared/errors';
import { semaphore } from '../../semaphore.ts';
import type { Machine } from './machine.ts';

export interface Machines {
  /** Work on a machine of one's own. One that work failed on is given back, since nobody knows what it is in. */
  use<Result>(work: (machine: Machine) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  close(): Promise<void>;
}

/** At most `most` machines, rented when they are needed. */
export function openMachines(rent: (signal?: AbortSignal) => Promise<Machine>, most: number): Machines {
  const idle: Machine[] = [];
  const inUse = new Set<Machine>();
  const places = semaphore(most);
  let isClosed = false;
  return {
    async use(work, signal) {
      await places.acquire();
      try {
        if (isClosed) throw new WhetstoneError('unavailable', 'e2b: the sandbox is closed');
        const machine = idle.pop() ?? (await rent(signal));
        inUse.add(machine);
        try {
          const result = await work(machine);
          if (isClosed || machine.isSpent()) await machine.close();
          else idle.push(machine);
          return result;
        } catch (error) {
          await machine.close();
          throw error;
        } finally {
          inUse.delete(machine);
        }
      } finally {
        places.release();
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...idle.splice(0), ...inUse].map((machine) => machine.close()));
    },
  };
}
