import { contract, parseInput } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputParser } from '../../src/http/plain-input.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', 'a-key', 'ruleset', 'x'.repeat(1_024), 'x'.repeat(1_025), 'a\0b', '\ud800'),
);
const value = fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) });

/** What comes of an input: the data, or the complaint. */
function outcome(parse: () => unknown) {
  try {
    return parse();
  } catch (error) {
    if (error instanceof WhetstoneError) return error.errors;
    throw error;
  }
}

describe.each(Object.entries(contract))('the short way to parse %s', (_, op) => {
  it('takes and says what the whole schema does', () => {
    const names = 'shape' in op.input ? Object.keys(op.input.shape) : ['key'];
    const sent = fc.dictionary(fc.constantFrom(...names, 'stranger'), value, { noNullPrototype: true, maxKeys: 4 });
    const parse = inputParser(op.input);
    fc.assert(
      fc.property(sent, (input) => {
        expect(outcome(() => parse(structuredClone(input)))).toEqual(outcome(() => parseInput(op.input, input)));
      }),
      { numRuns: 300 },
    );
  });
});
