import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveDashboard } from '../../src/http/dashboard.ts';
import { newHttpServer } from '../../src/http/server.ts';
import { createLog } from '../../src/log.ts';
import { keptSessionSecret } from '../../src/session-secret.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'whetstone-dashboard-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('the dashboard', () => {
  const code = 'export const x = 1;\n'.repeat(20);
  const { app } = newHttpServer(createLog('silent'));
  beforeAll(async () => {
    await mkdir(join(directory, 'built/assets'), { recursive: true });
    await writeFile(join(directory, 'secret.js'), 'not to be served');
    await writeFile(join(directory, 'built/index.html'), '<!doctype html><title>Whetstone</title>');
    await writeFile(join(directory, 'built/assets/index-a_B1.js'), code);
    await writeFile(join(directory, 'built/assets/index-a_B1.js.br'), brotliCompressSync(code));
    await writeFile(join(directory, 'built/assets/index-a_B1.js.gz'), gzipSync(code));
    serveDashboard(app, join(directory, 'built'));
    await app.ready();
  });
  afterAll(() => app.close());

  it('is one page at each of its own addresses, and nowhere else', async () => {
    for (const url of ['/', '/flags', '/flags?q=x', '/flags/new-fixer', '/flags/a/b']) {
      const answer = await app.inject(url);
      expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([url, 200, 'text/html; charset=utf-8']);
    }
    for (const url of ['/flagships', '/api', '/api/flags/x', '/index.html', '/assets', '/assets/', '/settings']) {
      const answer = await app.inject(url);
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 404, 'not_found']);
    }
  });

  it('lets the page have its own files and its own API, and nothing inline', async () => {
    const { headers } = await app.inject('/');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"]),
    );
    expect(policy).toEqual(expect.arrayContaining(["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]));
    expect(policy.join()).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
  });

  it('sends assets once and for all, in the smallest form that the browser takes', async () => {
    const get = (encoding?: string) =>
      app.inject({ url: '/assets/index-a_B1.js', headers: encoding ? { 'accept-encoding': encoding } : {} });
    const best = await get('gzip, deflate, br;q=0.9');
    expect(best.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
    });
    expect(brotliDecompressSync(best.rawPayload).toString()).toBe(code);
    const zipped = await get('gzip');
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(code);
    const plain = await get();
    expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, code]);
  });

  it('has no way out of its directory', async () => {
    for (const name of [
      '../../secret.js',
      '..%2f..%2fsecret.js',
      '..%5c..%5csecret.js',
      '%2e%2e%2f%2e%2e%2fsecret.js',
      '....//secret.js',
      '.js',
      'index-a_B1.js%00.js',
      'index-a_B1.js.br',
      'missing.js',
      `${'a'.repeat(300)}.js`,
    ]) {
      const { statusCode } = await app.inject(`/assets/${name}`);
      expect([name, [404, 400].includes(statusCode)]).toEqual([name, true]);
    }
  });

  it('says so when it is not built', async () => {
    const other = newHttpServer(createLog('silent')).app;
    serveDashboard(other, join(directory, 'nothing here'));
    const answer = await other.inject('/');
    expect([answer.statusCode, answer.json().detail]).toEqual([503, expect.stringContaining('pnpm build')]);
    await other.close();
  });
});

describe('the secret that signs cookies', () => {
  it('is made once, for its owner alone, the same for all who start together', async () => {
    const dataDir = join(directory, 'data');
    const [one, two] = await Promise.all([keptSessionSecret(dataDir), keptSessionSecret(dataDir)]);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(two).toBe(one);
    expect(await keptSessionSecret(dataDir)).toBe(one);
    expect((await stat(join(dataDir, 'session.secret'))).mode & 0o777).toBe(0o600);
    expect((await readFile(join(dataDir, 'session.secret'), 'utf8')).trim()).toBe(one);
    expect(await keptSessionSecret(join(directory, 'other'))).not.toBe(one);
  });
});
