import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagModule } from '../../src/cli/flag-work/flag-module.ts';
import { jsonLines } from '../../src/cli/flag-work/json-lines.ts';
import { githubLines } from '../../src/cli/flag-work/lint-report.ts';
import { findKeys } from '../../src/cli/flag-work/repo/find-keys.ts';
import { usualLimits } from '../../src/cli/flag-work/repo/limits.ts';
import { scanRepository } from '../../src/cli/flag-work/repo/scan.ts';
import { staleReport, staleText } from '../../src/cli/flag-work/stale-report.ts';
import { styleFor } from '../../src/cli/style.ts';

describe('a key in a text', () => {
  const keys = new Set(['shell-tool', 'a.b', 'x']);
  const found = (text: string) =>
    findKeys(text, (word) => keys.has(word)).map(({ key, line, how }) => `${line} ${key} ${how}`);

  it.each([
    ['shell-tool', ['1 shell-tool word']],
    ['one\ntwo "shell-tool"\r\n\'a.b\'', ['2 shell-tool quoted', '3 a.b quoted']],
    ['see shell-tool. And (shell-tool), or shell-tool-', ['1 shell-tool word']],
    ['shell-tool-2 my-shell-tool shell_tool shell-tools shell-tool.ts a.b.c', []],
    ['x: 1\nx = y', ['1 x word', '2 x word']],
    ['flags("shell-tool", `shell-tool\')', ['1 shell-tool quoted']],
    ['', []],
  ])('is found as a whole: %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    [`await evaluateFlag('shell-tool', {})`],
    [`evaluateFlag<boolean>("shell-tool")`],
    [`evaluateFlagDetails(\n  \`shell-tool\`,`],
    [`evaluate_flag("shell-tool", user)`],
    [`evaluate_flag(key="shell-tool")`],
    [`evaluate_flag({ key: 'shell-tool' })`],
    [`callTool('evaluate_flag', { "key": "shell-tool" })`],
    [`agent.call("evaluate_flag", arguments={"key": "shell-tool"})`],
    [`useFlag('shell-tool')`],
    [`useBooleanFlagValue('shell-tool', false)`],
    [`client.getBooleanValue('shell-tool', false)`],
    [`client.get_string_details("shell-tool", "")`],
    [`client.GetIntegerValueAsync("shell-tool", 0)`],
  ])('is a call: %s', (text) => {
    expect(found(text)).toEqual([expect.stringMatching(/^\d shell-tool call$/)]);
  });

  it('that no flag has is found where code asks for it, and nowhere else', () => {
    expect(found(`evaluateFlag('gone'); other('gone2'); "gone3"`)).toEqual(['1 gone call']);
    expect(found(`evaluateFlag(key); evaluateFlag('Not A Key'); notevaluateFlag('gone')`)).toEqual([]);
  });

  it('is looked for in time that goes with the length, whatever the text', () => {
    const hostile = [
      `evaluateFlag(${' '.repeat(500_000)}`,
      'evaluateFlag('.repeat(80_000),
      `evaluateFlag<${'a'.repeat(500_000)}`,
      'a.-'.repeat(300_000),
      `evaluate_flag,${' '.repeat(500_000)}`,
    ];
    // What grows with the square of the length would take minutes here and end by the time limit of the test.
    for (const text of hostile) expect(found(text)).toEqual([]);
  });
});

const hasGit = spawnSync('git', ['--version']).status === 0;

describe('a repository', () => {
  let root: string;
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'whetstone-repo-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (file: string, content: string | Buffer) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  };
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' });
  const scan = (over: Partial<typeof usualLimits> = {}, nowMs = () => 0) =>
    scanRepository(root, new Set(['key-1']), { limits: { ...usualLimits, ...over }, nowMs });
  const placesIn = async (...how: Parameters<typeof scan>) =>
    ((await scan(...how)).references.get('key-1')?.places ?? []).map(({ file, line }) => `${file}:${line}`);

  it.skipIf(!hasGit)(
    'of git is what git knows or would add: nothing that is ignored, and no setting of it starts a program',
    async () => {
      git('init', '-q');
      const hook = join(root, 'hook.sh');
      writeFileSync(hook, `#!/bin/sh\ntouch ${root}/started\n`, { mode: 0o755 });
      git('config', 'core.fsmonitor', hook);
      write('.gitignore', 'dist/\n*.log\n');
      write('known.ts', 'key-1');
      execFileSync('git', ['-C', root, '-c', 'core.fsmonitor=false', 'add', 'known.ts']);
      write('src/new.ts', '\nkey-1');
      write('dist/out.js', 'key-1');
      write('a.log', 'key-1');
      expect(await placesIn()).toEqual(['known.ts:1', 'src/new.ts:2']);
      expect((await scan()).by).toBe('git');
      expect((await scan()).unknown.size).toBe(0);
      expect(existsSync(join(root, 'started'))).toBe(false);
    },
  );

  it('without git is what lies there, without packages, builds and hidden folders', async () => {
    for (const file of ['a.ts', 'src/b.ts', 'node_modules/p/c.js', 'dist/d.js', '.cache/e.ts', 'deep/target/f.rs']) {
      write(file, 'key-1');
    }
    const { by, files } = await scan();
    expect({ by, files }).toEqual({ by: 'walk', files: 2 });
    expect(await placesIn()).toEqual(['a.ts:1', 'src/b.ts:1']);
  });

  it.skipIf(!hasGit)('ends at its own border: links lead nowhere, whether git knows them or not', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'whetstone-outside-'));
    writeFileSync(join(outside, 'secret.txt'), 'key-1');
    git('init', '-q');
    write('folder/secret.txt', 'mine');
    git('add', '.');
    // What git knows as a folder has become a link since.
    rmSync(join(root, 'folder'), { recursive: true });
    symlinkSync(outside, join(root, 'folder'));
    symlinkSync(join(outside, 'secret.txt'), join(root, 'link.txt'));
    symlinkSync('..', join(root, 'up'));
    const { references, skipped } = await scan();
    expect(references.size).toBe(0);
    expect(skipped.link).toBeGreaterThanOrEqual(2);
    rmSync(join(root, '.git'), { recursive: true });
    expect((await scan()).references.size).toBe(0);
    rmSync(outside, { recursive: true });
  });

  it('is read as far as the limits go, and what is left out is said', async () => {
    write('binary.bin', Buffer.from('key-1\0key-1'));
    write('large.txt', 'key-1');
    truncateSync(join(root, 'large.txt'), 2 ** 20 + 1);
    for (let i = 0; i < 5; i++) write(`f${i}.txt`, 'key-1\nkey-1');
    const whole = await scan();
    expect(whole).toMatchObject({ files: 5, skipped: { binary: 1, large: 1 } });
    expect(whole.limits).toEqual(['1 files larger than 1 MiB were left out']);
    expect(whole.references.get('key-1')).toMatchObject({ count: { call: 0, quoted: 0, word: 10 } });
    expect(whole.references.get('key-1')?.places).toHaveLength(5);

    expect((await scan({ files: 3 })).limits).toEqual(['only the first 3 files were looked at']);
    expect((await scan({ totalBytes: 20 })).limits[0]).toMatch(/the rest, 4 of 7 files, was left out/);
    let now = 0;
    expect((await scan({ timeMs: 5_000 }, () => (now += 2_000))).limits[0]).toMatch(
      /^after 5 s the rest, \d of 7 files, was left out/,
    );
  });

  it('shows calls before quotes before words, and code before tests', async () => {
    write('a.md', 'key-1');
    write('b.test.ts', `evaluateFlag('key-1')`);
    write('c.ts', `"key-1"`);
    write('d.ts', `evaluateFlag('key-1')`);
    expect(await placesIn()).toEqual(['d.ts:1', 'b.test.ts:1', 'c.ts:1', 'a.md:1']);
  });

  it('that is none is said', async () => {
    await expect(
      scanRepository(join(root, 'none'), new Set(), { limits: usualLimits, nowMs: () => 0 }),
    ).rejects.toThrow(/none is no folder/);
  });
});

describe('the stale list', () => {
  const place = (file: string) => ({ file, line: 3, how: 'call' as const });
  const count = { call: 1, quoted: 0, word: 0 };
  const scan = {
    root: '/r',
    by: 'git' as const,
    files: 1,
    bytes: 1,
    skipped: { large: 0, binary: 2, link: 0, unreadable: 0 },
    limits: ['after 20 s the rest, 4 of 5 files, was left out'],
    references: new Map(),
    unknown: new Map([
      ['gone', { places: [place('src/a.ts')], count }],
      ['made-up', { places: [place('test/a.test.ts')], count }],
    ]),
  };

  it('has keys that code asks for, says which are archived, and only counts those of tests', () => {
    const report = staleReport({ stale: [], archived: new Set(['gone']), scan });
    expect(report.unknownKeys).toEqual([{ key: 'gone', state: 'archived', calls: 1, places: [place('src/a.ts')] }]);
    expect(staleText(report, { flags: 1, style: styleFor(false) }).split('\n')).toEqual([
      '0 of 1 flag may have had their time',
      '',
      '1 key that code asks for and no flag has',
      '  gone (archived)  src/a.ts:3',
      '',
      'Looked at 1 text file that git knows or would add; passed over 2 binary. 1 more such keys are in tests alone.',
      '! after 20 s the rest, 4 of 5 files, was left out',
    ]);
  });

  it('lets nothing that others wrote steer the terminal', () => {
    const item = { key: 'k', owner: 'me\u001b[2J', reasons: [{ kind: 'expired', text: 'a\u202eb\u0007' }] };
    const references = { places: [place('a\u001b]0;x\u0007.ts')], count };
    const report = staleReport({
      stale: [item],
      archived: new Set(),
      scan: { ...scan, references: new Map([['k', references]]) },
    });
    const text = staleText(report, { flags: 1, style: styleFor(false) });
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('a?]0;x?.ts:3');
  });
});

describe('lines of a JSON text', () => {
  it('takes a text of twenty million characters', () => {
    const text = `[\n${JSON.stringify('x'.repeat(20_000_000))},\n"\\"\\\\",\n1]`;
    expect([...jsonLines(text).values()]).toEqual([1, 2, 3, 4]);
  });

  it('are known for every value by its pointer', () => {
    const text = '{\n  "a/b": [1,\n    {"c~d": "x: {[,\\"\\n"}\n  ],\n  "e":\n    null\n}';
    expect([...jsonLines(text)]).toEqual([
      ['', 1],
      ['/a~1b', 2],
      ['/a~1b/0', 2],
      ['/a~1b/1', 3],
      ['/a~1b/1/c~0d', 3],
      ['/e', 6],
    ]);
  });

  it('are those of any JSON, however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const lines = jsonLines(text);
        const pointers: string[] = [];
        const visit = (at: unknown, pointer: string) => {
          pointers.push(pointer);
          if (typeof at !== 'object' || at === null) return;
          for (const [name, inner] of Object.entries(at)) {
            visit(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
          }
        };
        visit(JSON.parse(text), '');
        expect([...lines.keys()]).toEqual(pointers);
        if (indent === 0) expect(new Set(lines.values())).toEqual(new Set([1]));
      }),
      { numRuns: 500 },
    );
  });
});

it('annotations of a workflow cannot be broken out of', () => {
  const finding = {
    rule: 'schema',
    severity: 'error',
    flag: 'k',
    path: '/a',
    message: '50%\n::set-output name=x::y',
    fix: 'Fix.',
  } as const;
  expect(githubLines([{ ...finding, file: 'a,b:c.json', line: 3 }, finding])).toEqual([
    '::error file=a%2Cb%3Ac.json,line=3,title=schema::k /a: 50%25%0A::set-output name=x::y. Fix.',
    '::error title=schema::k /a: 50%25%0A::set-output name=x::y. Fix.',
  ]);
});

describe('types of flags', () => {
  const typesOf = (flags: [key: string, values: unknown[], type?: string | undefined, description?: string][]) =>
    /FlagValues \{\n([^]*?)\n\}/
      .exec(flagModule(flags.map(([key, values, type, description]) => ({ key, values, type, description }))))![1]!
      .split('\n')
      .map((line) => line.trim());

  it('come from the declared type and the values', () => {
    expect(
      typesOf([
        ['z', [true, false]],
        ['b', [true, false], 'boolean'],
        ['n', [1, 2.5], 'number'],
        ['s', ['small', 'large', 'small'], 'string'],
        ['t', ['it\'s "x"\n', '*/']],
        ['j', ['x', 1, null], 'json'],
        [
          'o',
          [
            { model: 'a', max: 1 },
            { max: 2, 'two-words': [] },
          ],
        ],
        ['l', [[1, 'a'], [2], [{ x: {} }]]],
      ]),
    ).toEqual([
      'b: boolean;',
      'j: null | number | string;',
      'l: (number | string)[] | number[] | { x: Record<string, never> }[];',
      'n: number;',
      'o: { max: number; "two-words": never[] } | { max: number; model: string };',
      's: "large" | "small";',
      't: "*/" | "it\'s \\"x\\"\\n";',
      'z: boolean;',
    ]);
  });

  it('say what a flag is for, and nothing in that ends the comment', () => {
    expect(typesOf([['k', [true], undefined, 'First\n*/ export const x = 1; /*']])).toEqual([
      '/** First * / export const x = 1; /* */',
      'k: boolean;',
    ]);
  });

  it('are the same for the same flags in any order', () => {
    const flags = ['b', 'a', 'c.d', 'a-b'].map((key) => ({
      key,
      type: undefined,
      description: undefined,
      values: [1],
    }));
    expect(flagModule(flags.toReversed())).toBe(flagModule(flags));
    expect(flagModule([])).toContain('export interface FlagValues {\n\n}');
  });
});
