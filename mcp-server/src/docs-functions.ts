import type { DocPassages, DocsAnswer } from './docs-answer.ts';
import type { Docs } from './offline/open-docs.ts';
import type { DocsFunctions } from './whetstone.ts';

/** The functions of the client library that answer from documentation. */
export const docsFunctions = (docs: Pick<Docs, 'search' | 'verify'>): DocsFunctions => ({
  async searchKnowledge(request, options) {
    const outcome = await docs.search(request, { signal: asAbortSignal(options?.signal) });
    if ('refusal' in outcome) throw new RangeError(`searchKnowledge: ${outcome.refusal}`);
    return printable(outcome.structured, outcome.text);
  },

  async verifyCitations(request, options) {
    const outcome = await docs.verify(request, { signal: asAbortSignal(options?.signal) });
    if ('refusal' in outcome) throw new RangeError(`verifyCitations: ${outcome.refusal}`);
    return outcome.structured;
  },
});

/** A list to go through, and a text where one is wanted; neither member is in the way of who copies or serialises it. */
function printable(answer: DocsAnswer, text: string): DocPassages {
  const hidden = { enumerable: false };
  return Object.defineProperties([...answer.results], {
    answer: { ...hidden, value: answer },
    toString: { ...hidden, value: () => text },
  }) as unknown as DocPassages;
}

/** Nothing else looks like one. */
const asAbortSignal = (signal: unknown) => signal as AbortSignal | undefined;
