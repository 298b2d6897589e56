import { CannotCross } from './wire.mjs';
import { createPeer, Over } from './peer.mjs';
import { testsOf, told } from './tests.mjs';

/**
 * The trusted half: runs the tests of a job against a candidate at the other end of `send` and `receive`, and judges.
 * Passed only if the tests ran to their end, the candidate answered at least one call, and nothing happened meanwhile that
 * tests could not have noticed: an end in the middle of a call, a malformed message, a value that cannot cross.
 *
 * @param {{ program: string, setup: string, tests: string, calls: string[], handles: string[], sameProcess?: boolean }} job
 * @param {{ send(text: string): void, receive(): string | undefined }} channel
 * @param {{ assert: unknown, require: unknown, turn(): Promise<void>, rejections: unknown[] }} host
 * @returns {Promise<{ status: 'passed' | 'failed' | 'error', detail?: string, broken?: true, open?: true }>} `broken`: the candidate may
 *   still be running; `open`: what tests wait for may yet come.
 */
export async function judge(job, channel, host) {
  const state = { broken: undefined, answered: 0, classes: [] };
  const peer = createPeer({
    ...channel,
    may: ['call', 'step'],
    classes: () => state.classes,
    isHandle: (name) => job.handles.includes(name),
    onAnswer(operation) {
      if (operation === 'call' || operation === 'new') state.answered++;
    },
    broken(reason) {
      state.broken ??= { status: 'failed', detail: `the candidate: ${reason}`, broken: true };
      throw new Over(reason);
    },
    unsendable(error) {
      const reason = error instanceof CannotCross ? error.message : told(error);
      state.broken ??= { status: 'error', detail: `the tests: ${reason}`, broken: true };
      throw new Over(reason);
    },
  });
  const verdict = await tested(job, peer, host, state);
  return peer.hasOpen() ? { ...verdict, open: true } : verdict;
}

async function tested(job, peer, { assert, require, turn, rejections }, state) {
  const { program, setup, tests, calls, handles } = job;
  try {
    if (job.sameProcess) return judgedBeside(peer.ask('load', [{ program, setup, tests, calls, handles }]));
    const values = namesOf(peer.ask('load', [{ program, calls, handles }]), job, state.classes);
    const run = compiled(job, { assert, require, ...values });
    if (typeof run !== 'function') return run;
    const outcome = await finished(run(), peer, turn);
    await turn();
    if (state.broken) return state.broken;
    if (outcome.threw) return { status: 'failed', detail: told(outcome.error) };
    if (rejections.length > 0)
      return { status: 'failed', detail: `a rejection nobody handled: ${told(rejections[0])}` };
    if (state.answered === 0) return { status: 'failed', detail: 'the tests called nothing of the candidate' };
    return { status: 'passed' };
  } catch (error) {
    return state.broken ?? { status: 'failed', detail: `while it was loaded: ${told(error)}` };
  }
}

/** The candidate's word for it: whoever asks for this labels the verdict weaker. */
function judgedBeside(said) {
  if (said?.status === 'passed') return { status: 'passed' };
  return { status: 'failed', ...(typeof said?.detail === 'string' ? { detail: said.detail.slice(0, 4000) } : {}) };
}

/** What came under the names that tests call, and nothing else of it. */
function namesOf(answer, job, classes) {
  const { values, parents } = Object(answer);
  const named = job.calls.filter((name) => Object.hasOwn(Object(values), name)).map((name) => [name, values[name]]);
  for (const [name, value] of named)
    if (job.handles.includes(name) && typeof value === 'function') classes.push([name, value]);
  for (const [child, parent] of Array.isArray(parents) ? parents : []) {
    const [type, above] = [child, parent].map((name) => classes.find(([known]) => known === name)?.[1]);
    if (type && above && type !== above) Object.setPrototypeOf(type.prototype, above.prototype);
  }
  return Object.fromEntries(named);
}

function compiled(job, bindings) {
  try {
    return testsOf(job, bindings);
  } catch (error) {
    return { status: 'error', detail: `the tests do not compile: ${told(error)}` };
  }
}

/** While tests await something, the candidate's own event loop has to turn: it stands still but when asked to run. */
async function finished(running, peer, turn) {
  let outcome;
  running.then(
    () => (outcome = { threw: false }),
    (error) => (outcome = { threw: true, error }),
  );
  for (let forMs = 1; ; forMs = Math.min(forMs * 2, longestRestMs)) {
    await turn();
    if (outcome) return outcome;
    peer.wait(forMs);
  }
}

/** Timers of the tests are late by at most this. */
const longestRestMs = 4;
