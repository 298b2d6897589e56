import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { loadDataset } from '../../src/datasets/load.ts';
import { definitionsOf, namesIn, topLevelStatements } from '../../src/datasets/python-source.ts';
import type { FunctionProblem } from '../../src/problem.ts';

const { path: data, missing } = testData('evals');

describe('reading Python without Python', () => {
  it('finds what a program binds at its top level', () => {
    const program = [
      'import os.path as p, sys',
      'from typing import (List,',
      '    Dict as D)  # ) not the end',
      '@cached',
      'def f(x):',
      '    def inner(): pass',
      '    y = 1',
      'async def g(): pass',
      'class C: pass',
      'a, b = 1, 2',
      'c: int = 3',
      'd = e = 4',
      'd == e',
      'if d:',
      '    hidden = 1',
      'else:',
      '    hidden = 2',
      'import re; import math',
    ].join('\r\n');
    expect(topLevelStatements(program).map(({ kind, names }) => [kind, ...names])).toEqual([
      ['import', 'p', 'sys'],
      ['import', 'List', 'D'],
      ['def', 'f'],
      ['def', 'g'],
      ['class', 'C'],
      ['assignment', 'a', 'b'],
      ['assignment', 'c'],
      ['assignment', 'd', 'e'],
      ['other'],
      ['other'],
      ['import', 're', 'math'],
    ]);
  });

  it('takes neither strings nor comments for code', () => {
    const program = `x = """\ndef no():\n    pass\n"""  # def neither(): pass\ny = 'it\\'s # not'\ndef yes(): pass\n`;
    expect([...definitionsOf(program).keys()]).toEqual(['x', 'y', 'yes']);
    expect([...namesIn(`foo(bar.baz, 'qux') # quux\nf"{name}"`)]).toEqual(['foo', 'bar', 'f', 'name']);
  });

  it('loses no character from the first statement on, whatever follows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('def f():', ' ', '\n', '"', "'''", '\\', '(', ')', '#', 'x = 1', '@d', 'é')),
        (parts) => {
          const program = `a = 0\n${parts.join('')}`;
          const text = topLevelStatements(program)
            .map((statement) => statement.text)
            .join('');
          expect(text).toBe(program);
          expect(namesIn(program)).toContain('a');
        },
      ),
    );
  });

  it('survives a string of forty megabytes', () => {
    expect([...definitionsOf(`x = "${'\\n'.repeat(20_000_000)}"\n`).keys()]).toEqual(['x']);
  });

  describe.skipIf(missing)(`on every published row${missing ? ` (skipped: ${missing})` : ''}`, () => {
    it.each(['humaneval', 'mbpp', 'mbpp-sanitized'])('finds in %s what the ast module finds', async (name) => {
      const { problems } = await loadDataset(name, { datasetsDir: data });
      const programs = (problems as FunctionProblem[]).map(({ reference }) => reference!);
      const script = `import ast, json, sys
def names(source):
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)): found.append(node.name)
        if isinstance(node, ast.Assign):
            found += [leaf.id for target in node.targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Store)]
    return sorted(set(found))
print(json.dumps([names(source) for source in json.load(sys.stdin)]))`;
      const truth: unknown = JSON.parse(
        execFileSync('python3', ['-c', script], {
          input: JSON.stringify(programs),
          encoding: 'utf8',
          maxBuffer: 2 ** 26,
        }),
      );
      expect(programs.map((program) => [...definitionsOf(program).keys()].toSorted())).toEqual(truth);
    });
  });
});
