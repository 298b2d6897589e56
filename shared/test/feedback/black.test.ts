import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classify, sameButForForm } from '../../src/feedback/index.ts';
import { pythonSources } from './constructed.ts';

const library = '/usr/lib/python3';

const missing = ((): string | undefined => {
  if (spawnSync('black', ['--version']).status !== 0) return 'no black (Debian: black)';
  return spawnSync('test', ['-d', library]).status === 0 ? undefined : `no Python library in ${library}`;
})();

/** Asked once for all: it takes a second to start. Null where black refuses a file. */
const program = `
import black, json, sys
for line in sys.stdin:
    text, style = json.loads(line)
    try: print(json.dumps(black.format_str(text, mode=black.Mode(**style))))
    except Exception: print("null")
`;

function formatted(asked: readonly (readonly [string, object])[]): (string | null)[] {
  // The interpreter that black was installed for.
  const { stdout } = spawnSync('/usr/bin/python3', ['-c', program], {
    input: asked.map((one) => JSON.stringify(one)).join('\n'),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string | null);
}

const styles = [
  {},
  { line_length: 60 },
  { line_length: 120, string_normalization: false, magic_trailing_comma: false },
  { line_length: 79, magic_trailing_comma: false },
];

function expectForm(name: string, before: string, after: string) {
  expect(sameButForForm('python', before, after), name).toMatch(/^(?:same|cosmetic)$/);
  const { stretches } = classify({ path: 'a.py', before, after });
  expect(
    stretches.filter(({ form }) => form !== 'cosmetic'),
    name,
  ).toEqual([]);
}

describe.skipIf(missing)(`what black changes is form${missing ? ` (${missing})` : ''}`, () => {
  it('in files of the Python library of this machine', () => {
    const files = readdirSync(library, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.py'))
      .sort();
    const step = Math.max(1, Math.floor(files.length / 60));
    const texts = files
      .filter((_, at) => at % step === 0)
      .map((name) => ({ name, text: readFileSync(join(library, name), 'utf8') }))
      .filter(({ text }) => text.length > 200 && text.length < 12_000);
    const answers = formatted(texts.map(({ text }, at) => [text, styles[at % styles.length]!]));
    const read = texts.flatMap(({ name, text }, at) => (answers[at] ? [{ name, text, after: answers[at] }] : []));
    expect(read.length).toBeGreaterThan(10);
    for (const { name, text, after } of read) expectForm(name, text, after);
  });

  it('in sources of many constructs, and from one of its styles to another', () => {
    // Neither its grammar nor that of Python 3.9 has all of them together: each statement by itself.
    const statements = pythonSources
      .flatMap((text) => text.split(/\n(?=\S)/))
      .filter((text) => !/^(?:else|elif|except)/.test(text));
    const asked = statements.flatMap((text) => styles.map((style) => [`${text}\n`, style] as const));
    const answers = formatted(asked);
    const read = asked.flatMap(([text], at) => (answers[at] ? [{ text, after: answers[at] }] : []));
    expect(read.length).toBeGreaterThan(asked.length * 0.6);
    for (const { text, after } of read) expectForm(text, text, after);
    for (let at = 0; at < asked.length; at += styles.length) {
      const [first, ...others] = answers.slice(at, at + styles.length);
      for (const one of others) if (first && one) expectForm(asked[at]![0], first, one);
    }
  });
});
