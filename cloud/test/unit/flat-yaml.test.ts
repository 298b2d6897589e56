import { describe, expect, it } from 'vitest';
import { parseAider } from '../../src/features/evals/leaderboard/published/aider.ts';
import { whyNotFlat } from '../../src/features/evals/leaderboard/published/flat-yaml.ts';

describe('what may be given to the parser of YAML', () => {
  it('takes a list as publishers have it', () => {
    const entry = '- model: a (diff) [beta]\n  pass_rate_1: 5\n  command: aider --model x -- "a: b"\n';
    expect(whyNotFlat(entry.repeat(60))).toBeUndefined();
  });

  it.each([
    ['brackets in one line', '['.repeat(101)],
    ['brackets in many lines', '- [\n'.repeat(101)],
    ['brackets that seem to be closed in texts', '["]", '.repeat(101)],
    ['lists in lists', '- '.repeat(41)],
    ['keys of keys', 'a: '.repeat(41)],
    ['questions', '?\t'.repeat(41)],
    ['anchors and tags', '&a !b '.repeat(21)],
    ['an indentation', `${' '.repeat(65)}a`],
    ['lines', '\n'.repeat(10_000)],
    ['lines that end as on an old Macintosh', '\r'.repeat(10_000)],
    ['characters', 'a'.repeat(262_145)],
  ])('refuses too many %s', (_, text) => {
    expect(whyNotFlat(text)).toMatch(/more than/);
  });

  it('reads what is as deep as may be', () => {
    const deepest = `${'- '.repeat(39)}x\n${'['.repeat(100)}`;
    expect(whyNotFlat(deepest)).toBeUndefined();
    expect(() => parseAider(deepest, undefined)).toThrow(/is no leaderboard of Aider/);
    const stairs = Array.from({ length: 32 }, (__, i) => `${'  '.repeat(i)}${'- '.repeat(16)}a:`).join('\n');
    expect(whyNotFlat(stairs)).toBeUndefined();
    expect(() => parseAider(stairs, undefined)).not.toThrow(RangeError);
  });
});

it('reads the same list as JSON, however large it is', () => {
  const list = Array.from({ length: 3_000 }, (_, i) => ({ model: `m${i}`, pass_rate_1: 50 }));
  expect(parseAider(JSON.stringify(list), undefined).claims).toHaveLength(3_000);
});
