import { describe, expect, it } from 'vitest';
import { CallFault } from '../../../src/solvers/model/call-fault.ts';
import { createGate } from '../../../src/solvers/model/gate.ts';
import { fakeClock } from './fake-clock.ts';

const going = new AbortController().signal;

describe('the gate before one endpoint', () => {
  it('is as wide as the workers from the start, and takes as long as it must', async () => {
    const { clock, advance } = fakeClock();
    const gate = createGate(clock);
    let answered = 0;
    const worker = async (jobs: number) => {
      for (let job = 0; job < jobs; job += 1) {
        await gate.pass(async () => {
          await clock.sleep(100);
          return {};
        }, going);
        answered += 1;
      }
    };
    const all = Promise.all(Array.from({ length: 50 }, () => worker(4)));
    await advance(0);
    expect(gate.state()).toMatchObject({ underWay: 50, waiting: 0 });
    await advance(399);
    expect(answered).toBe(150);
    await advance(1);
    await all;
    expect(answered).toBe(200);
  });

  it('makes everyone wait when one is told to, and then lets in half of them', async () => {
    const { clock, advance } = fakeClock();
    const gate = createGate(clock);
    const starts: number[] = [];
    const call = (answer: () => Promise<object>) =>
      gate.pass(() => {
        starts.push(clock.now());
        return answer();
      }, going);
    const startedAt = clock.now();
    const slow = () => clock.sleep(50).then(() => ({}));
    const refused = call(() =>
      clock.sleep(10).then(() => Promise.reject(new CallFault('429', { refused: true, retryAfterMs: 5000 }))),
    );
    const others = Array.from({ length: 7 }, () => call(slow));
    const refusal = expect(refused).rejects.toThrow('429');
    await advance(20);
    await refusal;
    const late = Array.from({ length: 10 }, () => call(slow));
    await advance(4989);
    expect(starts).toHaveLength(8);
    await advance(1);
    expect(starts.slice(8)).toEqual([1, 2, 3, 4].map(() => startedAt + 5010));
    await advance(1000);
    await Promise.all([...others, ...late]);
    expect(gate.state()).toMatchObject({ underWay: 0, waiting: 0 });
  });

  it('gives the place back of whom it is told to forget', async () => {
    const { clock, advance, settle } = fakeClock();
    const gate = createGate(clock);
    const first = gate.pass(() => Promise.reject(new CallFault('429', { refused: true, retryAfterMs: 1000 })), going);
    await expect(first).rejects.toThrow('429');
    const stop = new AbortController();
    const impatient = gate.pass(() => Promise.resolve({}), stop.signal);
    const patient = gate.pass(() => Promise.resolve({ said: 'yes', requestsLeft: undefined }), going);
    await settle();
    stop.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    await advance(1000);
    await expect(patient).resolves.toMatchObject({ said: 'yes' });
  });
});
