import { contract } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { complaintsAbout } from '../../src/evals/form/complaints.ts';
import { playgroundAddressOf, questionOf, requestOf } from '../../src/models/playground/question.ts';

const questionAt = (address: string) => questionOf(new URL(address, 'http://x').searchParams);

describe('a question of the playground', () => {
  it.each(['/models/playground', '/models/playground?taskType=refactor&repoId=acme%2Fapi&maxTimeS=90&verify=tests'])(
    'stands in its address: %s',
    (address) => {
      expect(playgroundAddressOf(questionAt(address))).toBe(address);
    },
  );

  it('is asked to look at alone, with seconds as milliseconds and numbers read as people write them', () => {
    expect(requestOf(questionAt('?taskType=+fix+&contextTokens=120,000&maxCost=.5&maxTimeS=1.5'))).toEqual({
      taskType: 'fix',
      contextTokens: 120_000,
      maxCost: 0.5,
      maxTimeMs: 1_500,
      preview: true,
    });
  });

  it('is refused before it is sent where a number is none, beside its field', () => {
    const complaints = complaintsAbout(contract.recommendModel, requestOf(questionAt('?maxCost=cheap&maxTimeS=-1')));
    expect(complaints.map(({ path }) => path).sort()).toEqual(['maxCost', 'maxTimeMs']);
  });
});
