import { describe, expect, it } from 'vitest';
import { trimmedChange } from '../../src/features/feedback/capture/trimmed-change.ts';
import { commentsOf, formOf, holds, tokensIn } from '../../src/features/feedback/eval-task/form.ts';

describe('what tells the version of a person from that of an agent', () => {
  it('is nothing where they differ in layout, comments, quotes, semicolons or trailing commas alone', () => {
    const agent = "call('a', [1, 2]);\n";
    const human = '// now\ncall(\n  "a",\n  [1, 2,],\n)\n';
    expect(formOf(agent, human, 'slashes')).toBeUndefined();
    expect(formOf('x = 1 # one\n', 'x  =  1\n', 'hash')).toBeUndefined();
  });

  it('is a run of tokens that the one has and the other has not', () => {
    const [agent, human] = ['a = b;\nlog(x);\nreturn a;\n', 'a = b;\nreturn a;\n'];
    const form = formOf(agent, human, 'slashes')!;
    expect(holds(tokensIn(human, 'slashes'), form.wanted)).toBe(true);
    expect(holds(tokensIn(agent, 'slashes'), form.wanted)).toBe(false);
    expect(holds(tokensIn(agent, 'slashes'), form.unwanted)).toBe(true);
    expect(holds(tokensIn(human, 'slashes'), form.unwanted)).toBe(false);
  });

  it('is nothing where they have too little in common', () => {
    expect(formOf('', 'a b c '.repeat(500), 'either')).toBeUndefined();
  });

  it('knows how comments begin in a language: a private member is none, nor is a division', () => {
    expect(tokensIn('this.#count = 0; // none', commentsOf('a.ts'))).toEqual(['this', '.', '#', 'count', '=', '0']);
    expect(tokensIn('n = a // b # half', commentsOf('a.py'))).toEqual(['n', '=', 'a', '/', '/', 'b']);
    expect(tokensIn('a # b', commentsOf('a.sh'))).toEqual(['a']);
    expect(formOf('#n = 1\n', '#n = 2\n', commentsOf('a.ts'))).toBeDefined();
    expect(formOf('n = a // 2\n', 'n = a // 3\n', commentsOf('a.py'))).toBeDefined();
  });

  it('leaves what stands in strings as it is', () => {
    expect(tokensIn(`say("it's // no comment", 'a')`, 'slashes')).toEqual([
      'say',
      '(',
      `"it's // no comment"`,
      ',',
      '"a"',
      ')',
    ]);
  });
});

describe('the stretch of a file that changed', () => {
  const change = (agent: string | undefined, human: string | undefined) =>
    trimmedChange({ path: 'a.ts', agent, human, isPartial: false });

  it('goes from the first line that differs to the last', () => {
    expect(change('a\nb\nc\nd\n', 'a\nx\nd\n')).toEqual({
      fromLine: 2,
      before: 'b\nc',
      after: 'x',
      removed: 2,
      added: 1,
    });
  });

  it('is the whole of a file that came or went', () => {
    expect(change(undefined, 'a\n')).toMatchObject({ before: '', after: 'a\n', removed: 0 });
    expect(change('a\n', undefined)).toMatchObject({ before: 'a\n', after: '', added: 0 });
  });

  it('is nothing where nothing changed', () => {
    expect(change('a\n', 'a\n')).toBeUndefined();
  });

  it('holds no NUL, which stands for lines that a diff does not show', () => {
    expect(change('a\n\u0000\nb', 'x\n\u0000\ny')).toMatchObject({ before: 'a\n…\nb', after: 'x\n…\ny' });
  });
});
