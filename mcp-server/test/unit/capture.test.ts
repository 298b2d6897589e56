import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../bench/workload/random.ts';
import { abstracted } from '../../src/capture/abstracted.ts';
import { repoIdOf } from '../../src/capture/git/repository.ts';
import { movesSince, positionAt } from '../../src/capture/git/moves.ts';
import { beforeEdits, hookEventOf } from '../../src/capture/hook-event.ts';
import { installSettings, removeSettings } from '../../src/capture/hooks/settings-hooks.ts';
import { placeOf, refusalOfContent, refusalOfName } from '../../src/capture/places.ts';
import { filesInTar } from '../../src/capture/spool/tar.ts';
import { openJournal } from '../../src/capture/unit/journal.ts';
import { openUnit } from '../../src/capture/unit/unit-store.ts';
import { redactLines, redactText } from '../../src/redact/redact.ts';
import { plantedSecrets } from '../support/planted-secrets.ts';

const scratch = () => realpathSync(mkdtempSync(join(tmpdir(), 'whetstone-capture-unit-')));

describe('redaction of files', () => {
  it('keeps the number of lines, also of a key over several', () => {
    const body = 'A'.repeat(64);
    const key = ['-----BEGIN PRIVATE', ' KEY-----\r\n', `${body}\r\n${body}\r\n`, '-----END PRIVATE', ' KEY-----'].join(
      '',
    );
    const safe = redactLines(`before\r\n${key}\r\nafter\r\n`);
    expect(safe).toBe('before\r\n[redacted:private-key]\r\n\r\n\r\n\r\nafter\r\n');
  });

  describe('of a key of which a hunk shows only the middle', () => {
    const random = randomFrom(3);
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const drawn = (width: number, from = digits) =>
      Array.from({ length: width }, () => from[Math.floor(random() * from.length)]!).join('');
    const rows = (count: number, width: number, from?: string) =>
      Array.from({ length: count }, () => drawn(width, from));
    const safe = (text: string) => redactLines(text).replace(/\n+/g, '\n');

    it.each([
      ['in a file', (row: string) => row],
      ['in a diff', (row: string) => `+${row}`],
      ['in a program', (row: string) => `  '${row}\\n' +`],
    ])('takes out the rest, %s', (_where, shown) => {
      for (const width of [64, 70]) {
        const body = [...rows(3, width), drawn(30)].map(shown);
        const text = redactLines(`first\n${body.join('\n')}\nlast\n`);
        expect(text).toContain('[redacted:private-key]');
        for (const row of body) expect(text).not.toContain(row.trim().slice(3, 25));
        expect(text.split('\n')).toHaveLength(body.length + 3);
        expect(redactLines(text)).toBe(text);
      }
      expect(safe(`${shown(drawn(40))}\n-----END RSA PRIVATE${' '}KEY-----\n`)).toContain(
        '[redacted:private-key]\n-----END',
      );
    });

    it.each([
      ['two lines', rows(2, 64)],
      ['an attachment', rows(9, 76)],
      ['hashes', rows(9, 64, '0123456789abcdef')],
      ['a drawing', Array.from({ length: 9 }, () => 'abcD1234'.repeat(8))],
      ['a certificate', ['-----BEGIN CERTIFICATE-----', ...rows(9, 64), drawn(12), '-----END CERTIFICATE-----']],
      ['the end of one', [...rows(9, 64), drawn(12), '-----END CERTIFICATE-----']],
    ])('leaves %s', (_what, body) => expect(safe(`${body.join('\n')}\n`)).toBe(`${body.join('\n')}\n`));
  });

  it.each(plantedSecrets(200, 5).map((one) => [one.type, one] as const))(
    'takes out a %s',
    (_type, { secret, text }) => {
      const safe = redactLines(text);
      expect(safe).not.toContain(secret);
      expect(safe.split('\n')).toHaveLength(text.split('\n').length);
      expect(redactLines(safe)).toBe(safe);
      expect(redactText(safe)).toBe(safe);
    },
  );
});

describe('an abstracted hunk', () => {
  it.each([
    ['const user = await load(id ?? 3);', 'const $ID = await $ID(id ?? 0);'],
    ['if (!user.name) return "nobody"; // why', 'if (!$ID.$ID) return "STR"; '],
    [
      'def price(order):\n    # secret plan\n    return order.total * 1.19',
      'def $ID($ID):\n    \n    return $ID.$ID * 0',
    ],
    ["log(`hello ${name}`, 'x\\'y')", 'log("STR", "STR")'],
    ['"""Über uns\nund mehr"""\nx = 1', '"STR"\n\n$ID = 0'],
  ])('of %j has no names, texts and numbers', (code, expected) => expect(abstracted(code)).toBe(expected));
});

describe('what a hook says', () => {
  const claude = (payload: object) => hookEventOf({ client: 'claude', bytes: Buffer.from(JSON.stringify(payload)) });

  it('is read as the clients write it', () => {
    const common = { session_id: 's', cwd: '/r', transcript_path: '/t' };
    expect(
      claude({
        ...common,
        hook_event_name: 'PreToolUse',
        tool_name: 'NotebookEdit',
        tool_input: { notebook_path: 'n.ipynb' },
      }),
    ).toMatchObject({
      kind: 'write',
      phase: 'pre',
      path: 'n.ipynb',
    });
    expect(claude({ ...common, hook_event_name: 'PostToolUseFailure', tool_name: 'Bash' })).toMatchObject({
      kind: 'shell',
      phase: 'post',
    });
    expect(claude({ ...common, hook_event_name: 'UserPromptSubmit', prompt: 'x' })).toMatchObject({
      kind: 'settle',
      why: 'prompt',
    });
  });

  it.each([
    ['half a text', Buffer.from('{"session_id": "s", "cw')],
    ['no object', Buffer.from('[1]')],
    ['no folder', Buffer.from('{"hook_event_name": "Stop"}')],
    ['nothing', Buffer.alloc(0)],
  ])('is nothing where it is %s', (_what, bytes) => {
    for (const client of ['claude', 'cursor', 'git', 'told'] as const)
      expect(hookEventOf({ client, bytes })).toEqual({ kind: 'nothing' });
  });

  it('of Cursor is taken back, last edit first, or not known', () => {
    const edits = [
      { before: 'a', after: 'b' },
      { before: 'b', after: 'c' },
    ];
    expect(beforeEdits('x c', edits)).toBe('x a');
    expect(beforeEdits('whole', [{ before: '', after: 'whole' }])).toBeNull();
    expect(beforeEdits('other', edits)).toBeUndefined();
  });
});

describe('settings of others', () => {
  const settings = [
    '{}',
    '',
    '{\n   "model": "x",\n   "env": {"A": [ 1, 2 ]}\n}',
    '{\r\n\t"hooks": {\r\n\t\t"PreToolUse": [{"matcher":"Bash","hooks":[{"type":"command","command":"x"}]}],\r\n"Stop":[]\r\n\t}\r\n}\r\n',
    '{"a": 1 /* theirs */}\n',
    '{"hooks": {}}',
  ];
  const cases = settings.flatMap((text) => (['claude', 'cursor'] as const).map((client) => [text, client] as const));

  it.each(cases)('%j come back to the byte (%s)', (text, client) => {
    const file = join(scratch(), 'settings.json');
    writeFileSync(file, text);
    const first = installSettings(client, file, { spooler: '/s p/whetstone-spool', before: undefined });
    const once = readFileSync(file, 'utf8');
    const second = installSettings(client, file, { spooler: '/s p/whetstone-spool', before: first.installed });
    expect([first.outcome.done, second.outcome.done]).toEqual(['installed', 'already there']);
    expect(readFileSync(file, 'utf8')).toBe(once);
    removeSettings(file, second.installed);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it.each(cases)('%j keep what was changed meanwhile (%s)', (text, client) => {
    const file = join(scratch(), 'settings.json');
    writeFileSync(file, text);
    const { installed } = installSettings(client, file, { spooler: '/s/whetstone-spool', before: undefined });
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
    expect(removeSettings(file, installed).done).toBe('removed');
    const left = readFileSync(file, 'utf8');
    expect(left).not.toContain('whetstone');
    expect(() => JSON.parse(left.replace('/* theirs */', '')) as unknown).not.toThrow();
    if (text.includes('"x"')) expect(left).toContain('"x"');
  });
});

describe('what is written down', () => {
  it('is whole lines: what a kill cut off is gone, and the next one stands', () => {
    const path = join(scratch(), 'journal');
    openJournal<number>(path).append([1, 2]);
    appendFileSync(path, '0badc0de {"half');
    const again = openJournal<number>(path);
    expect(again.lines).toEqual([1, 2]);
    again.append([3]);
    expect(openJournal<number>(path).lines).toEqual([1, 2, 3]);
  });

  it('is the same after a snapshot, and knows what it has', () => {
    const directory = join(scratch(), 'unit');
    const entry = {
      kind: 'post',
      atMs: 1,
      session: 's',
      agent: 'a',
      files: [{ path: 'a.ts', text: 'const a = 1;\n' }],
    } as const;
    const unit = openUnit(directory, '/r');
    unit.append([{ id: 'one', entry: { ...entry, files: [...entry.files] }, meta: { lastMs: 1 } }]);
    const reopened = openUnit(directory, '/r');
    expect(reopened.state).toEqual(unit.state);
    reopened.snapshot();
    const later = openUnit(directory, '/r');
    expect(later.state).toEqual(unit.state);
    expect([later.has('one'), later.has('two'), later.length()]).toEqual([true, false, 0]);
  });
});

it('reads archives as tar writes them, long names too, and half of one', () => {
  const root = scratch();
  const long = `${'deep/'.repeat(30)}file.ts`;
  mkdirSync(join(root, 'deep/'.repeat(30)), { recursive: true });
  writeFileSync(join(root, long), 'long\n');
  writeFileSync(join(root, 'ä b.ts'), 'short\n');
  for (const format of ['gnu', 'ustar', 'pax']) {
    const tar = execFileSync('tar', ['-c', `--format=${format}`, '-f', '-', '-C', root, long, 'ä b.ts']);
    const found = [...filesInTar(tar)].map(([name, bytes]) => [name, bytes.toString()]);
    expect(found).toEqual([
      [long, 'long\n'],
      ['ä b.ts', 'short\n'],
    ]);
    expect(() => filesInTar(tar.subarray(0, 700))).not.toThrow();
  }
});

describe('a repository', () => {
  it.each([
    ['https://user:word@git.example.com/acme/api.git', 'acme/api'],
    ['git@git.example.com:acme/api.git', 'acme/api'],
    ['ssh://git@git.example.com:22/acme/api/', 'acme/api'],
    ['/srv/git/api', undefined],
    ['', undefined],
  ])('of the remote %j is %j', (remote, id) => expect(repoIdOf(remote)).toBe(id));

  it('tells what moved HEAD, a rebase as one move', () => {
    const root = scratch();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.email=user-1@example.com', '-c', 'user.name=user-1', ...args], {
        cwd: root,
        stdio: 'pipe',
      });
    git('init', '-q', '-b', 'main');
    const commit = (file: string) => {
      writeFileSync(join(root, file), file);
      git('add', '.');
      git('commit', '-qm', file);
    };
    commit('one');
    const place = placeOf(root);
    const position = positionAt(place.git!, Date.now() + 1_000);
    git('checkout', '-q', '-b', 'topic');
    commit('two');
    commit('three');
    git('checkout', '-q', 'main');
    commit('four');
    git('checkout', '-q', 'topic');
    git('rebase', '-q', 'main');
    git('reset', '-q', '--hard', 'HEAD~1');
    expect(movesSince(place.git!, position).map(({ why }) => why)).toEqual([
      'checkout',
      'commit',
      'commit',
      'checkout',
      'commit',
      'checkout',
      'rewrite',
      'reset',
    ]);
  });

  it.each([
    ['src/a.ts', undefined],
    ['.env', 'environment'],
    ['config/.env.local', 'environment'],
    ['yarn.lock', 'lockfile'],
    ['deno.json', undefined],
    ['web/app.min.js', 'minified'],
    ['a/node_modules/b/c.js', 'vendored'],
    ['logo.PNG', 'binary'],
  ])('follows %s or says why not', (path, refusal) => expect(refusalOfName(path)).toBe(refusal));

  it('follows no content that nobody wrote by hand', () => {
    const judge = (text: string) => refusalOfContent(Buffer.from(text), 1_000_000);
    expect(judge('const a = 1;\n')).toBeUndefined();
    expect(judge('// @generated by a tool\n')).toBe('generated');
    expect(judge('a\0b')).toBe('binary');
    expect(judge(`${'x'.repeat(6_000)}\n`)).toBe('minified');
    expect(judge('x\n'.repeat(600_000))).toBe('large');
  });
});
