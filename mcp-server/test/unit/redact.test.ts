import { testData } from '../../../test/support/test-data.ts';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactText } from '../../src/redact/redact.ts';
import { plantedSecrets } from '../support/planted-secrets.ts';
import { secretsFoundBySecretlint } from '../support/secretlint.ts';

const planted = plantedSecrets(1_000);

describe('a text', () => {
  it('loses each of 1,000 planted secrets of more than 30 types', () => {
    expect(new Set(planted.map(({ type }) => type)).size).toBeGreaterThan(30);
    const kept = planted.filter(({ text, secret }) => redactText(text).includes(secret));
    expect(kept.map(({ type, text }) => [type, text])).toEqual([]);
  });

  it('holds nothing that secretlint would still find', async () => {
    expect(await secretsFoundBySecretlint(planted.map(({ text }) => text).join('\n'))).not.toEqual([]);
    const redacted = planted.map(({ text }) => redactText(text)).join('\n');
    // The colon in a marker would pass for the one before a password.
    expect(await secretsFoundBySecretlint(redacted.replaceAll('[redacted:', '['))).toEqual([]);
  });

  it('says what stood there, and keeps what stood around it', () => {
    const email = ['kim', 'acme.dev'].join('@');
    expect(redactText(`// ask ${email}\nconst password = "hunter22";\nlogin(user, password);`)).toBe(
      '// ask [redacted:email]\nconst password = "[redacted:password]";\nlogin(user, password);',
    );
    expect(redactText('ENOENT /home/kim/api/src/index.ts:7')).toBe('ENOENT /home/[redacted:user]/api/src/index.ts:7');
  });

  it.each([
    ['in the query of an address', 'https://x.dev/?user=a&password=tulip-9', 'tulip'],
    ['escaped in an address', `https://x.dev/?e=${encodeURIComponent(['kim', 'acme.dev'].join('@'))}`, 'kim'],
    ['in escaped JSON', encodeURIComponent('{"password":"tulip-9"}'), 'tulip'],
    ['in base64', `data: ${Buffer.from(['gh', 'p_', 'a1B2'.repeat(9)].join('')).toString('base64')}`, 'Z2hw'],
    ['in YAML', 'db:\n  password: tulip-9\n', 'tulip'],
    ['in a file of settings', 'db_password=tulip-9', 'tulip'],
    ['with the wide sign', 'kim\uff20acme.dev', 'kim'],
    ['with characters that nobody sees', 'kim\u200b@acme.dev', 'kim'],
    [
      'in another script',
      ['\u0437\u043e\u044f', '\u0430\u043a\u043c\u0435.\u0440\u0444'].join('@'),
      '\u0437\u043e\u044f',
    ],
  ])('loses what stands there %s', (_where, text, secret) => {
    expect(redactText(text)).not.toContain(secret);
    expect(redactText(redactText(text))).toBe(redactText(text));
  });

  it('is the same after a second time', () => {
    for (const { text } of planted) expect(redactText(redactText(text))).toBe(redactText(text));
  });

  it.each([
    ['names no secret', 'password: string; token: Token; const apiKey = process.env.API_KEY'],
    ['is a template', 'DATABASE_PASSWORD=${DB_PASSWORD} and "password": "<your-password>"'],
    ['counts tokens', '{"inputTokens": 120, "maxTokens": 4096}'],
    ['holds versions', 'whetstone 1.2.3.4, node v20.19.0, 127.0.0.1:8787, 192.168.1.17, 10.0.0.1'],
    [
      'holds hashes and ids',
      'commit 84b9bbc0d1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6, 019ab2c3-4d5e-7f60-8123-456789abcdef, 1700000000000',
    ],
    ['is a remote', 'git@github.com:acme/api.git, logo@2x.png, @types/node@20.19.43'],
    ['is a patch of numbers', '@@ -1,7 +1,7 @@\n+15550001111\n-15550002222'],
  ])('is left alone when it %s', (_why, text) => {
    expect(redactText(text)).toBe(text);
  });

  it.each([
    'a',
    '=',
    '@',
    'a@',
    'a.',
    '+1 ',
    ' +15551234567',
    '%41',
    '?a=',
    'password ',
    'b64+/',
    '4111 ',
    'eyJ',
    'password="',
    'token: a',
    '-----BEGIN RSA PRIVATE KEY-----',
    'a://b:',
    'bearer aaaaaaaaaaaaaaaa',
    'cookie: a=',
    'A_TOKEN=',
    '/home/',
    '1.2.3.',
    '2001:0:',
    'DE89 ',
    'SG.aaaaaaaaaaaa.',
    '\\"',
  ])('of 1 MB of %j does not keep anybody', (unit) => {
    const everything =
      ' @x.y password=1 token=2 eyJ :// bearer cookie= A= key Users/ home/ 1.2.3.4 2001:: sk- tel: -----BEGIN';
    // What backtracks would run past the time limit of the test by hours.
    expect(redactText(unit.repeat(1_000_000 / unit.length) + everything).length).toBeGreaterThan(0);
  });
});

describe('a JSON value', () => {
  it('keeps its structure, and everything that is no text', () => {
    const value = { n: 1, ok: true, none: null, list: ['a', { deep: 'b' }], text: 'plain' };
    expect(redact(value)).toEqual(value);
  });

  it('keeps its structure whatever it is', () => {
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shape);
      return typeof value === 'object' && value !== null ? Object.values(value).map(shape) : typeof value;
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(shape(redact(value))).toEqual(shape(value));
      }),
    );
  });

  it('has no secrets in the names of its members', () => {
    const key = ['gh', 'p_', 'a1B2'.repeat(9)].join('');
    expect(redact({ [key]: 1 })).toEqual({ '[redacted:github-token]': 1 });
  });

  it('loses a secret that only its name gives away', () => {
    expect(redact({ password: 'tulip', apiKey: 'violets', tokens: 'three' })).toEqual({
      password: '[redacted:password]',
      apiKey: '[redacted:secret]',
      tokens: 'three',
    });
  });

  it.each([
    [{ dbPassword: 'tulip' }],
    [{ 'X-Api-Key': 'tulip' }],
    [{ GITHUB_TOKEN: 'tulip' }],
    [{ password: ['tulip', { old: 'tulip' }] }],
    [{ credentials: { value: 'tulip' } }],
    [{ password: 48_151_623 }],
  ])('loses what stands under a name that promises a secret, however it is written: %j', (value) => {
    expect(JSON.stringify(redact(value))).not.toMatch(/tulip|48151623/);
  });

  it('leaves the members alone that are said to be no secret', () => {
    const ip = ['142', '250', '1', '1'].join('.');
    expect(redact({ exposures: [{ flag: ip, model: ip }] }, new Set(['flag']))).toEqual({
      exposures: [{ flag: ip, model: '[redacted:ip]' }],
    });
  });

  it('replaces a person who joins records by the same other name everywhere', () => {
    const userId = ['kim', 'acme.dev'].join('@');
    const [one, two] = [redact({ userId, repoId: 'acme/api' }), redact({ exposures: [{ unit: userId }] })];
    expect(one).toEqual({ userId: expect.stringMatching(/^anon-[0-9a-f]{32}$/), repoId: 'acme/api' });
    expect(two).toEqual({ exposures: [{ unit: (one as { userId: string }).userId }] });
  });
});

describe('ordinary source code', () => {
  it('loses less than one line in a hundred', { timeout: 30_000 }, () => {
    const all = sourcesIn('node_modules/.pnpm');
    const files = all.filter((_, index) => index % Math.ceil(all.length / 250) === 0);
    expect(files.length).toBeGreaterThan(100);
    expect(shareOfLinesChanged(files.map((file) => readFileSync(file, 'utf8')))).toBeLessThan(0.01);
  });

  it('of published benchmarks loses less than one line in a hundred', ({ skip }) => {
    const { path: evals, missing } = testData('evals');
    skip(missing !== undefined, missing);
    const texts = [
      ...textsIn(gunzipSync(readFileSync(join(evals, 'humaneval/HumanEval.jsonl.gz'))).toString()),
      ...textsIn(readFileSync(join(evals, 'mbpp/mbpp.jsonl'), 'utf8')),
      ...textsIn(readFileSync(join(evals, 'swebench/swe-bench-lite.json'), 'utf8')),
    ];
    expect(texts.length).toBeGreaterThan(1_000);
    expect(shareOfLinesChanged(texts)).toBeLessThan(0.01);
  });
});

function shareOfLinesChanged(texts: string[]) {
  const lines = texts.flatMap((text) => text.split('\n'));
  return lines.filter((line) => redactText(line) !== line).length / lines.length;
}

const sourcesIn = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return entry.isFile() && /(?<!\.min)\.(ts|js|mjs|py|md)$/.test(entry.name) ? [path] : [];
  });

/** Every text in lines of JSON, or in one document. */
function textsIn(json: string) {
  const texts: string[] = [];
  const collect = (value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  for (const document of /^\s*\[/.test(json) ? [json] : json.trim().split('\n')) collect(JSON.parse(document));
  return texts;
}
