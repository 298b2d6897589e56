import { workerData } from 'node:worker_threads';

/**
 * Ends the process when a run outlives its time by so much that the interpreter cannot be looking at the clock: a loop
 * in C. Also when the host has died meanwhile, which could not do it.
 * `state` is [number of the run or 0, milliseconds that it has].
 */
const state = new Int32Array(workerData);
for (;;) {
  const run = Atomics.load(state, 0);
  if (run === 0) Atomics.wait(state, 0, 0);
  else if (Atomics.wait(state, 0, run, state[1]) === 'timed-out') process.kill(process.pid, 'SIGKILL');
}
