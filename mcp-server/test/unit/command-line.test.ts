import { describe, expect, it } from 'vitest';
import { columns, wrap } from '../../src/cli/columns.ts';
import type { Terminal } from '../../src/cli/command.ts';
import { contextOf } from '../../src/cli/flag-context.ts';
import { runCommandLine } from '../../src/cli/run.ts';
import { readSurroundings } from '../../src/surroundings.ts';

async function type(...args: string[]) {
  const seen = { printed: '', complained: '' };
  const terminal: Terminal = {
    print: (text) => void (seen.printed += `${text}\n`),
    complain: (text) => void (seen.complained += `${text}\n`),
    isTty: false,
  };
  return { code: await runCommandLine(args, terminal, '1.2.3'), ...seen };
}

describe('the command line', () => {
  it.each([['--version'], ['-v']])('answers %s with the version alone', async (option) => {
    expect(await type(option)).toEqual({ code: 0, printed: '1.2.3\n', complained: '' });
  });

  it.each([['--help'], ['-h'], ['help']])('lists every command on %s', async (word) => {
    const { code, printed } = await type(word);
    expect(code).toBe(0);
    for (const name of ['doctor', 'status', 'flag', 'outbox'])
      expect(printed).toMatch(new RegExp(`^  whetstone-mcp ${name} `, 'm'));
  });

  it.each([
    ['doctor'],
    ['status'],
    ['flag'],
    ['flag', 'eval', 'key'],
    ['flag', 'stale'],
    ['flag', 'lint'],
    ['flag', 'types'],
    ['outbox'],
    ['outbox', 'drain'],
  ])('explains %s, and does not run it', async (...words) => {
    const { code, printed, complained } = await type(...words, '--help');
    expect({ code, complained }).toEqual({ code: 0, complained: '' });
    expect(printed).toContain(`whetstone-mcp ${words[0]}`);
    expect(printed).toContain('Exit code: 0');
  });

  it('fits into 80 columns', async () => {
    const pages = [
      await type('--help'),
      await type('doctor', '-h'),
      await type('status', '-h'),
      await type('flag', '-h'),
      await type('outbox', '-h'),
      await type('flag', 'stale', '-h'),
      await type('flag', 'lint', '-h'),
      await type('flags', 'types', '-h'),
    ];
    const lines = pages.flatMap(({ printed }) => printed.split('\n'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    [['doctr'], 'no command is called "doctr"; did you mean doctor?'],
    [['bogus'], 'no command is called "bogus"\n'],
    [[''], 'no command is called ""\n'],
    [['--verison'], 'no option is called "--verison"; did you mean --version?'],
    [['doctor', '--jsn'], 'no option is called "--jsn"; did you mean --json?'],
    [['doctor', '--zzzzzzz'], 'no option is called "--zzzzzzz"\n'],
    [['doctor', 'now'], 'doctor takes no "now"'],
    [['status', '--json=yes'], '--json takes no value'],
    [['flag'], 'flag what?'],
    [['flag', 'lnt'], 'flag has no "lnt"; did you mean lint?'],
    [['flags', 'lint'], 'lint what? Name files, or --server'],
    [['flag', 'lint', 'a.json', '--server'], 'files or --server, not both'],
    [['flag', 'lint', '--server', '--format', 'xml'], '--format xml: expected text, json, github'],
    [['flag', 'stale', 'src'], 'flag stale takes no "src"; a folder is --repo DIR'],
    [['flag', 'stale', '--days', '0'], '--days 0: expected a number from 1 to 1100'],
    [['flag', 'stale', '--repo', '.', '--no-repo'], 'exclude each other'],
    [['flag', 'types', '--check'], 'check what? Name it with --out FILE'],
    [['flag', 'types', '--ot', 'x'], 'no option is called "--ot"; did you mean --out?'],
    [['flag', 'evl', 'k'], 'flag has no "evl"; did you mean eval?'],
    [['flag', 'eval'], 'Name its key'],
    [['flag', 'eval', 'a', 'b'], 'one key at a time; "b" is too much'],
    [['flag', 'eval', 'a', '--user'], '--user needs a value'],
    [['flag', 'eval', 'a', '--attr', 'tier'], '--attr tier: expected NAME=VALUE'],
  ])('refuses %j with exit code 2 and says what would do', async (args, complaint) => {
    const { code, printed, complained } = await type(...args);
    expect({ code, printed }).toEqual({ code: 2, printed: '' });
    expect(complained).toContain(complaint);
  });
});

describe('who asks', () => {
  it('is put together from options, first-class names where they belong', () => {
    const attr = ['branch=main', 'tier=gold', 'query=a=b', 'empty='];
    expect(contextOf({ user: 'kim', repo: 'acme/api', attr })).toEqual({
      userId: 'kim',
      repoId: 'acme/api',
      branch: 'main',
      attributes: { tier: 'gold', query: 'a=b', empty: '' },
    });
    expect(contextOf({ user: undefined, repo: undefined, attr: undefined })).toEqual({});
  });
});

describe('columns', () => {
  it('align, go on below themselves and leave out what is not there', () => {
    const long = 'word '.repeat(20).trim();
    expect(
      columns([
        ['a', 'x'],
        ['name', long],
        ['gone', undefined],
        ['empty', ''],
      ]),
    ).toEqual(['  a     x', `  name  ${'word '.repeat(14).trim()}`, `        ${'word '.repeat(6).trim()}`]);
  });

  it('keep a word whole that is longer than the line', () => {
    expect(wrap(`see /${'x'.repeat(30)} there`, 10)).toEqual(['see', `/${'x'.repeat(30)}`, 'there']);
  });
});

describe('the surroundings', () => {
  it('are read in the spellings that are in use', () => {
    const env = {
      https_proxy: 'http://lower:1',
      HTTPS_PROXY: 'http://upper:1',
      NO_PROXY: ' localhost ',
      NO_COLOR: '0',
      WHETSTONE_URL: 'http://x',
    };
    expect(readSurroundings(env)).toEqual({
      httpsProxy: 'http://lower:1',
      httpProxy: undefined,
      noProxy: 'localhost',
      extraCaFile: undefined,
      trustsAnyCertificate: false,
      noColor: true,
      whetstoneVariables: ['WHETSTONE_URL'],
    });
    expect(readSurroundings({ NO_COLOR: '' }).noColor).toBe(false);
  });
});
