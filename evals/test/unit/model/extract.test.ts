import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/solvers/solver.ts';
import type { Asked } from '../../../src/solvers/model/code-text.ts';
import { extractAnswer, type Said } from '../../../src/solvers/model/extract.ts';

const stem = 'from typing import List\n\n\ndef total(xs: List[int]) -> int:\n    """Sum of them."""\n';
const continued: Asked = { language: 'python', entryPoint: 'total', stem };
const asked: Asked = { language: 'python', entryPoint: 'total' };
const typed: Asked = { language: 'typescript', entryPoint: 'total' };

const whole = 'def total(xs):\n    return sum(xs)';
const block = (code: string, tag = 'python', marks = '```') => `${marks}${tag}\n${code}\n${marks}`;
const completion = (text: string): Answer => ({ kind: 'completion', text });
const program = (text: string): Answer => ({ kind: 'program', text });
const none = (reason: string): Answer => ({ kind: 'none', reason });
const cutOff = none('cut at the token limit before its code was whole');

type Row = [name: string, asked: Asked, reply: string, expected: Answer, said?: Partial<Said>];

const blocks: Row[] = [
  ['one block', asked, `Sure!\n\n${block(whole)}\n\nIt sums.`, program(whole)],
  ['a block and Windows line ends', asked, block(whole).replaceAll('\n', '\r\n'), program(whole)],
  ['an untagged block', asked, block(whole, ''), program(whole)],
  ['a tag in capitals, with attributes', asked, block(whole, 'Python {.numberLines}'), program(whole)],
  ['a tag with a version', asked, block(whole, 'python3.12'), program(whole)],
  ['tildes', asked, block(whole, 'py', '~~~'), program(whole)],
  [
    'four backticks around three',
    asked,
    block(`${whole}\n# \`\`\`\n#x`, 'python', '````'),
    program(`${whole}\n# \`\`\`\n#x`),
  ],
  [
    'a block that is indented in a list',
    asked,
    `1. Do:\n\n   ${block(whole).replaceAll('\n', '\n   ')}\n2. Done`,
    program(whole),
  ],
  ['a mislabelled block that defines it', asked, block(whole, 'text'), program(whole)],
  [
    'the last of two versions',
    asked,
    `${block('def total(xs):\n    return 0')}\nWait, that is wrong:\n${block(whole)}`,
    program(whole),
  ],
  [
    'the solution, not its example',
    asked,
    `${block(whole)}\nUse it:\n${block('print(total([1, 2]))')}`,
    program(whole),
  ],
  [
    'the solution, not the shell',
    asked,
    `${block('pip install x', 'bash')}\n${block(whole)}\n${block('6', '')}`,
    program(whole),
  ],
  [
    'the whole one, not the one that breaks off',
    asked,
    `${block(whole)}\nOr:\n\`\`\`python\ndef total(xs):\n    ret`,
    program(whole),
  ],
  [
    'a helper from a block before',
    asked,
    `${block('def add(a, b):\n    return a + b')}\nThen\n${block('def total(xs):\n    return add(xs[0], xs[1])')}`,
    program('def add(a, b):\n    return a + b\n\ndef total(xs):\n    return add(xs[0], xs[1])'),
  ],
  [
    'no helper that it has itself',
    asked,
    `${block('def add(a, b):\n    return 0')}\n${block(`def add(a, b):\n    return 1\n\n${whole}`)}`,
    program(`def add(a, b):\n    return 1\n\n${whole}`),
  ],
  [
    'a Markdown document with the block in it',
    asked,
    `\`\`\`markdown\n# Answer\n\n${block(whole)}\n\nGood.\n\`\`\``,
    program(whole),
  ],
  [
    'a fence in a docstring',
    asked,
    block('def total(xs):\n    """\n    ```python\n    total([1])\n    ```\n    """\n    return sum(xs)'),
    program('def total(xs):\n    """\n    ```python\n    total([1])\n    ```\n    """\n    return sum(xs)'),
  ],
  [
    'an untagged fence in a docstring',
    asked,
    block('def total(xs):\n    """\n    ```\n    6\n    ```\n    """\n    return sum(xs)'),
    program('def total(xs):\n    """\n    ```\n    6\n    ```\n    """\n    return sum(xs)'),
  ],
  [
    'a tagged fence in a module docstring',
    asked,
    block(`"""\n\`\`\`python\ntotal([1])\n\`\`\`\n"""\n${whole}`),
    program(`"""\n\`\`\`python\ntotal([1])\n\`\`\`\n"""\n${whole}`),
  ],
  [
    'a block never closed, then another',
    asked,
    `\`\`\`python\ndef total(xs):\n    return 0\n${block(whole)}`,
    program(whole),
  ],
  ['a block never closed, of a finished answer', asked, `\`\`\`python\n${whole}`, program(whole)],
  ['a block indented as a whole', asked, block(whole.replaceAll(/^/gm, '    ')), program(whole)],
  ['a lambda', asked, block('total = lambda xs: sum(xs)'), program('total = lambda xs: sum(xs)')],
  ['a typed variable', asked, block('total: Callable = sum'), program('total: Callable = sum')],
  [
    'an import under its name',
    asked,
    block('from builtins import sum as total'),
    program('from builtins import sum as total'),
  ],
  [
    'a wrong name, for the tests to say so',
    asked,
    block('def add_all(xs):\n    return sum(xs)'),
    program('def add_all(xs):\n    return sum(xs)'),
  ],
  [
    'a class with a method of that name, as it is',
    asked,
    block('class Solution:\n    def total(self, xs):\n        return 0'),
    program('class Solution:\n    def total(self, xs):\n        return 0'),
  ],
  [
    'nothing of another language',
    asked,
    block('int total(int* xs) { return 0; }', 'c'),
    none('no python code in its blocks: ```c int total(int* xs) { return 0; } ```'),
  ],
  [
    'no session of a shell',
    asked,
    block('>>> total([1])\n1', ''),
    none('no python code in its blocks: ``` >>> total([1]) 1 ```'),
  ],
  [
    'no bare output',
    asked,
    `The answer is\n${block('The sum is 6 here.', '')}`,
    none('no python code in its blocks: The answer is ``` The sum is 6 here. ```'),
  ],
  [
    'Code Llama’s brackets',
    asked,
    `[PYTHON]\n${whole}\n[/PYTHON]\n[TESTS]\nassert total([]) == 0\n[/TESTS]`,
    program(`\n${whole}\n`),
  ],
  ['HTML', asked, `<p>Here:</p><code>${whole}</code>`, program(whole)],
];

const continuing: Row[] = [
  ['a whole program, the stem staying in force', continued, block(`${whole}\n`), completion(`${whole}\n`)],
  ['a body', continued, block('    return sum(xs)'), completion('    return sum(xs)')],
  [
    'a body at the left margin',
    continued,
    block('if not xs:\n    return 0\nreturn sum(xs)'),
    completion('    if not xs:\n        return 0\n    return sum(xs)'),
  ],
  [
    'a body whose first line lost its indentation',
    continued,
    'n = 0\n    for x in xs:\n        n += x\n    return n',
    completion('    n = 0\n    for x in xs:\n        n += x\n    return n'),
  ],
  [
    'a body that begins a block and lost its indentation there',
    continued,
    'for x in xs:\n        n = x\n    return n',
    completion('    for x in xs:\n        n = x\n    return n'),
  ],
  [
    'a body whose first line lost its indentation before a narrower block',
    continued,
    'if not xs:\n      return 0\n    return sum(xs)',
    completion('    if not xs:\n      return 0\n    return sum(xs)'),
  ],
  [
    'a body that is a block, at the left margin',
    continued,
    block('if xs:\n    return 1'),
    completion('    if xs:\n        return 1'),
  ],
  [
    'what a base model goes on with',
    continued,
    '    return sum(xs)\n\n\ndef other():\n    pass\n',
    completion('    return sum(xs)\n\n\ndef other():\n    pass'),
  ],
  ['one line', continued, 'return sum(xs)', completion('    return sum(xs)')],
  [
    'a nested function, as part of a body',
    continued,
    block('def add(a, b):\n    return a + b\nreturn add(*xs)'),
    completion('    def add(a, b):\n        return a + b\n    return add(*xs)'),
  ],
  ['a lambda under its name', continued, block('total = lambda xs: sum(xs)'), completion('total = lambda xs: sum(xs)')],
  [
    'an import under its name, which continues nothing',
    continued,
    block('from builtins import sum as total'),
    program('from builtins import sum as total'),
  ],
];

const plain: Row[] = [
  ['code alone', asked, whole, program(whole)],
  [
    'code with words around it',
    asked,
    `Here is the function:\n\nimport math\n${whole}\n\nThis function adds them up. It is fast.`,
    program(`import math\n${whole}\n`),
  ],
  ['code with a heading after it', asked, `${whole}\n\n**Explanation**\n- sums`, program(`${whole}\n`)],
  [
    'no classes taken for prose',
    asked,
    `${whole}\n\nPair = tuple\nFoo.bar = 1`,
    program(`${whole}\n\nPair = tuple\nFoo.bar = 1`),
  ],
  ['one line in backticks', asked, '`def total(xs): return sum(xs)`', program('def total(xs): return sum(xs)')],
  [
    'words in a long string',
    asked,
    'def total(xs):\n    """\nAdd them up.\n"""\n    return sum(xs)\n\nThis adds them up.',
    program('def total(xs):\n    """\nAdd them up.\n"""\n    return sum(xs)\n'),
  ],
  [
    'nothing but words',
    asked,
    "I'm sorry, but I can't help with that.",
    none("no code in the answer: I'm sorry, but I can't help with that."),
  ],
  [
    'words that begin like code',
    continued,
    'If the list is empty, return zero.',
    none('no code in the answer: If the list is empty, return zero.'),
  ],
  [
    'words in small letters',
    continued,
    'return the sum of the list.',
    none('no code in the answer: return the sum of the list.'),
  ],
];

const thinking: Row[] = [
  [
    'thinking, then a block',
    asked,
    `<think>\n${block('def total(xs): return 1')}\n</think>\n\n${block(whole)}`,
    program(whole),
  ],
  ['thinking whose tag stood in the prompt', asked, `First I add.\n</think>\n${block(whole)}`, program(whole)],
  ['two thoughts', asked, `<think>a</think>\n<think>b</think>\n${block(whole)}`, program(whole)],
  ['thinking in other words', asked, `<reasoning>hm</reasoning>${block(whole)}`, program(whole)],
  ['thinking in brackets', asked, `[THINK]hm[/THINK]${block(whole)}`, program(whole)],
  [
    'channels',
    asked,
    `<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>${block(whole)}<|return|>`,
    program(whole),
  ],
  [
    'tags that the code is about',
    asked,
    block('def total(xs):\n    return "</think>"'),
    program('def total(xs):\n    return "</think>"'),
  ],
  ['thinking and no more', asked, '<think>\nhm', none('ended while thinking')],
  ['thinking until the limit', asked, '<think>\nhm', none('cut at the token limit while thinking'), { finish: 'cut' }],
  ['thinking and nothing after it', asked, '<think>hm</think>\n', none('empty answer')],
];

const cut: Row[] = [
  [
    'a block cut in its function',
    asked,
    '```python\ndef total(xs):\n    n = 0\n    for x in',
    cutOff,
    { finish: 'cut' },
  ],
  [
    'a block cut after its function',
    asked,
    `\`\`\`python\n${whole}\n\nassert total([1,`,
    program(`${whole}\n`),
    { finish: 'cut' },
  ],
  ['words cut after the block', asked, `${block(whole)}\nThis is bec`, program(whole), { finish: 'cut' }],
  ['plain code cut in its function', asked, 'def total(xs):\n    return su', cutOff, { finish: 'cut' }],
  ['a body cut', continued, '    n = 0\n    for x in', cutOff, { finish: 'cut' }],
  ['words cut before any code', asked, 'Let us think about', cutOff, { finish: 'cut' }],
  [
    'TypeScript cut after its function',
    typed,
    '```ts\nfunction total(xs: number[]) {\n  return 0;\n}\nconsole.log(tot',
    program('function total(xs: number[]) {\n  return 0;\n}\n'),
    { finish: 'cut' },
  ],
  [
    'TypeScript cut in its function',
    typed,
    '```ts\nfunction total(xs: number[]) {\n  return 0;',
    cutOff,
    { finish: 'cut' },
  ],
  ['nothing at all', asked, '', none('cut at the token limit, nothing said'), { finish: 'cut' }],
];

const script = 'export function total(xs: number[]): number {\n  return xs.reduce((a, b) => a + b, 0);\n}';
const typescript: Row[] = [
  ['a block', typed, block(script, 'typescript'), program(script)],
  [
    'TypeScript rather than JavaScript',
    typed,
    `${block('const total = (xs) => 0;', 'js')}\n${block(script, 'ts')}`,
    program(script),
  ],
  [
    'an arrow',
    typed,
    block('const total = (xs: number[]): number => 0;', 'ts'),
    program('const total = (xs: number[]): number => 0;'),
  ],
  [
    'an asynchronous generator',
    typed,
    block('export async function* total() {}', 'tsx'),
    program('export async function* total() {}'),
  ],
  [
    'a type from a block before',
    typed,
    `${block('type Xs = number[];', 'ts')}\n${block('function total(xs: Xs) { return 0 }', 'ts')}`,
    program('type Xs = number[];\n\nfunction total(xs: Xs) { return 0 }'),
  ],
  [
    'no name that only begins like it',
    typed,
    `${block(script, 'ts')}\n${block('function totalOf$() {}', 'ts')}`,
    program(script),
  ],
  [
    'a whole program though there is a stem',
    { ...typed, stem: 'export function total(' },
    block(script, 'ts'),
    program(script),
  ],
  [
    'the rest of a stem',
    { ...typed, stem: 'export function total(xs: number[]) {\n' },
    block('  return 0;\n}', 'ts'),
    completion('  return 0;\n}'),
  ],
  ['plain code', typed, script, program(script)],
];

const unsaid: Row[] = [
  ['an empty answer', asked, ' \n', none('empty answer')],
  ['a refusal', asked, '', none('refused: I cannot do that.'), { refusal: 'I cannot do that.' }],
  [
    'a content filter, whatever was said',
    asked,
    block(whole),
    none('stopped by a content filter'),
    { finish: 'filtered' },
  ],
  ['a call of a tool', asked, '', none('called a tool instead of answering'), { finish: 'tool' }],
];

const table = { blocks, continuing, plain, thinking, cut, typescript, unsaid };

describe.each(Object.entries(table))('reading code out of an answer: %s', (_, rows) => {
  it.each(rows)('%s', (_name, problem, text, expected, said) => {
    expect(extractAnswer(problem, { text, finish: 'done', ...said })).toEqual(expected);
  });
});
