import type { DeliveryAnswer } from './queue.ts';

/** What came of a delivery. */
export type Taken =
  | { kind: 'done'; sentence: string }
  /** To be delivered again, after so many seconds. */
  | { kind: 'later'; sentence: string; waitS: number }
  /** The run failed and there is another one. */
  | { kind: 'retry'; sentence: string; waitS: number }
  /** Nothing that a repetition could change. */
  | { kind: 'never'; code: 'invalid' | 'not_found' | 'conflict'; sentence: string }
  | { kind: 'stranger' };

/** The service takes no longer pause; beyond it the message is published again in its time. */
const longestWaitS = 24 * 3_600;

const wait = (waitS: number) => ({ 'retry-after': `${Math.min(longestWaitS, Math.max(1, Math.ceil(waitS)))}` });

/** How QStash is told: 2xx ends a message, 489 with its header ends it in the dead-letter queue, all else is delivered again. */
export function answerTo(taken: Taken): DeliveryAnswer {
  switch (taken.kind) {
    case 'done':
      return { status: 200, sentence: taken.sentence, headers: {} };
    case 'later':
      return { status: 503, code: 'unavailable', sentence: taken.sentence, headers: wait(taken.waitS) };
    case 'retry':
      return { status: 500, code: 'unavailable', sentence: taken.sentence, headers: wait(taken.waitS) };
    case 'never':
      return {
        status: 489,
        code: taken.code,
        sentence: taken.sentence,
        headers: { 'upstash-nonretryable-error': 'true' },
      };
    case 'stranger':
      return {
        status: 401,
        code: 'unauthorized',
        sentence: 'the signature is missing, wrong, expired, or for another address',
        headers: {},
      };
  }
}
