import { describe, expect, it } from 'vitest';
import type { FunctionProblem } from '../../../src/problem.ts';
import { defaultTemplate, ownTemplate } from '../../../src/solvers/model/template.ts';

const problem = (own: Partial<FunctionProblem> = {}): FunctionProblem => ({
  kind: 'function',
  id: 'sum/1',
  prompt: 'Add up a list.',
  tags: [],
  language: 'python',
  entryPoint: 'total',
  calls: ['total'],
  handles: [],
  setup: '',
  tests: '',
  reference: '',
  sameProcess: false,
  ...own,
});
const stem = 'def total(xs):\n    """Add up a list."""\n';

describe('what a model is asked', () => {
  it('is the text and the name to be called, where there is no code to continue', () => {
    const prompt = defaultTemplate().render(problem());
    expect(prompt).toContain('Add up a list.\n\nWrite it in Python; the name to be called is `total`.');
    expect(prompt).not.toContain('```');
  });

  it('is the code alone, where that is all there is', () => {
    const prompt = defaultTemplate().render(problem({ prompt: stem, stem }));
    expect(prompt.split('Add up a list.')).toHaveLength(2);
    expect(prompt).toContain('```python\ndef total(xs):\n    """Add up a list."""\n```');
  });

  it('is the text and the code, where they differ', () => {
    const prompt = defaultTemplate().render(problem({ stem: 'def total(xs):\n' }));
    expect(prompt).toMatch(/^Add up a list\.\n\nBegin with this Python code:\n\n```python\ndef total\(xs\):\n```\n/);
  });

  it('says of TypeScript that there are no packages', () => {
    const prompt = defaultTemplate().render(problem({ language: 'typescript' }));
    expect(prompt).toContain('in TypeScript');
    expect(prompt).toContain('without imports of packages');
  });
});

describe('a template of one’s own', () => {
  it('has its places filled in one pass, so that braces of a problem are left alone', () => {
    const template = ownTemplate('{{ prompt }} ({{language}}, {{entryPoint}})', 'mine.txt');
    expect(template.render(problem({ prompt: 'Fill {{stem}} and {{nonsense}} $& in.\n' }))).toBe(
      'Fill {{stem}} and {{nonsense}} $& in. (Python, total)',
    );
  });

  it('is refused for a placeholder that there is not, by its name', () => {
    expect(() => ownTemplate('{{prompt}} {{entrypoint}}', 'mine.txt')).toThrow(
      'mine.txt: no placeholder {{entrypoint}}; there are {{prompt}}, {{entryPoint}}, {{language}}, {{stem}}',
    );
  });

  it('is refused when it asks the same whatever the problem', () => {
    expect(() => ownTemplate('Write {{entryPoint}}', 'mine.txt')).toThrow('neither {{prompt}} nor {{stem}}');
  });

  it('names the problem that has no code to put in its place', () => {
    expect(() => ownTemplate('{{stem}}', 'mine.txt').render(problem())).toThrow(
      'problem sum/1 has no code to continue',
    );
  });

  it('is in the manifest whole and by its hash', () => {
    expect(ownTemplate('{{prompt}}', 'mine.txt').described).toEqual({
      name: 'own',
      text: '{{prompt}}',
      sha256: 'effa18501e44aafd9bc42a2f64ffc9b6350f94025520ca2ed382f9bdc4b6e982',
    });
  });
});
