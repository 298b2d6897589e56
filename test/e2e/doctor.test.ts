import { createClient } from '@whetstone/shared/client';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultyProxy, type Fault } from '../support/faulty-proxy.ts';
import { listening } from '../support/listening.ts';
import { runCommand } from '../support/mcp-command.ts';
import { mcpEnv, mcpServerFile, newStateDir, someKey } from '../support/mcp-process.ts';
import { noCertificates } from '../support/private-authority.ts';
import { startServer, type TestServer } from '../support/server.ts';

interface Check {
  id: string;
  title: string;
  verdict: 'ok' | 'warn' | 'fail';
  value?: string;
  detail?: string;
  fix?: string;
}

const ids =
  'node program variables defaults tracking key server role clock proxy certificates legacy modern start stdout context state rules models outbox capture hooks coverage spool'.split(
    ' ',
  );

async function examine(env: Record<string, string>) {
  const { code, stdout, stderr } = await runCommand(['doctor', '--json'], env);
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
  const check = (id: string) => checks.find((one) => one.id === id)!;
  return { code, ok, checks, check, printed: stdout + stderr };
}

const scratch = () => mkdtempSync(join(tmpdir(), 'whetstone-doctor-'));

function fileWith(text: string, name = 'file') {
  const path = join(scratch(), name);
  writeFileSync(path, text);
  return path;
}

/** Answers as the real server does, but for what the test changes. */
const healthy: RequestListener = (request, response) => {
  const me = { key: { role: 'agent', name: 'k' }, project: { name: 'p' } };
  const body = request.url === '/healthz' ? { status: 'ok', version: '0.1.0' } : me;
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
};

let server: TestServer;
beforeAll(async () => void (server = await startServer()));
afterAll(() => server.stop('SIGKILL'));
const real = () => mcpEnv({ url: server.url, apiKey: server.agentKey() });

describe('doctor on a healthy set-up', () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    env = real();
    // Leaves the last known rules behind.
    await runCommand(['status'], env);
  });

  it('finds everything well, with what it measured', async () => {
    const { code, ok, checks, check } = await examine(env);
    expect(checks.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect({ code, ok, ids: checks.map(({ id }) => id) }).toEqual({ code: 0, ok: true, ids });
    expect(check('node').value).toBe(`${process.versions.node} at ${process.execPath}`);
    expect(check('program').value).toContain(mcpServerFile);
    expect(check('server').value).toMatch(/^http:\/\/127\.0\.0\.1:\d+, version \d+\.\d+\.\d+, answered in \d+ ms$/);
    expect(check('role').value).toBe('accepted as agent');
    expect(check('legacy').value).toMatch(/^speaks 2025-11-25, lists \d+ tools, ends in \d+ ms$/);
    expect(check('modern').value).toMatch(/^speaks 2026-07-28, lists \d+ tools, ends in \d+ ms$/);
    expect(check('start').value).toMatch(/^\d+ ms to the list of tools/);
    expect(check('context').value).toMatch(/^about \d+ tokens: \d+ bytes of tools, \d+ of instructions$/);
    expect(check('rules').value).toMatch(/^confirmed .* ago$/);
  });

  it('says so in words and signs, within 80 columns and without colour where nobody sees it', async () => {
    const { code, stdout, stderr } = await runCommand(['doctor'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/✓ ok {3}Node\.js/);
    expect(stdout).toMatch(/\n✓ Works\.\n$/);
    expect(stdout).not.toContain('\u001b');
    // A path is kept whole, so that it can be copied; this run's are longer than a person's.
    const breakable = stdout.split('\n').filter((line) => line.split(' ').every((word) => word.length < 40));
    expect(breakable.filter((line) => line.length > 80)).toEqual([]);
  });

  it('changes nothing', async () => {
    const stateDir = newStateDir();
    await examine({ ...env, WHETSTONE_STATE_DIR: join(stateDir, 'not', 'yet') });
    expect(readdirSync(stateDir)).toEqual([]);
  });
});

interface Case {
  name: string;
  env: () => Record<string, string>;
  id: string;
  verdict: Check['verdict'];
  says: RegExp;
}

const defaultsFile = (text: string) => ({ ...real(), WHETSTONE_DEFAULTS: fileWith(text) });

const broken: Case[] = [
  {
    name: 'nothing is configured',
    env: () => ({ PATH: process.env['PATH'] ?? '', HOME: scratch() }),
    id: 'key',
    verdict: 'fail',
    says: /WHETSTONE_API_KEY is not set/,
  },
  {
    name: 'the key was cut',
    env: () => mcpEnv({ url: server.url, apiKey: server.agentKey().slice(0, -1) }),
    id: 'key',
    verdict: 'fail',
    says: /not a whole key.*copy it again/,
  },
  {
    name: 'the key is of another server',
    env: () => mcpEnv({ url: server.url }),
    id: 'role',
    verdict: 'fail',
    says: /refused \(HTTP 401\).*revoked, expired or of another server/,
  },
  {
    name: 'the key may too much',
    env: () => mcpEnv({ url: server.url, apiKey: server.adminKey() }),
    id: 'role',
    verdict: 'warn',
    says: /accepted as admin.*give agents an agent key/,
  },
  {
    name: 'the address is none',
    env: () => ({ ...real(), WHETSTONE_URL: 'localhost:8787' }),
    id: 'server',
    verdict: 'fail',
    says: /WHETSTONE_URL is not an http or https address/,
  },
  {
    name: 'nobody listens',
    // Taken by nobody: the kernel hands out higher ones.
    env: () => ({ ...real(), WHETSTONE_URL: 'http://127.0.0.1:2' }),
    id: 'server',
    verdict: 'fail',
    says: /refuses connections.*Start it/,
  },
  {
    name: 'the name is in no DNS',
    env: () => ({ ...real(), WHETSTONE_URL: 'http://whetstone.invalid' }),
    id: 'server',
    verdict: 'fail',
    says: /DNS.*(WHETSTONE_URL|network)/,
  },
  {
    name: 'the server speaks no TLS',
    env: () => ({ ...real(), WHETSTONE_URL: server.url.replace('http:', 'https:') }),
    id: 'server',
    verdict: 'fail',
    says: /does not speak TLS.*http:\/\//,
  },
  {
    name: 'it is to stay offline',
    env: () => ({ ...real(), WHETSTONE_OFFLINE: '1' }),
    id: 'server',
    verdict: 'warn',
    says: /is not asked.*unset it/,
  },
  {
    name: 'the proxy is no address',
    env: () => ({ ...real(), WHETSTONE_URL: 'http://whetstone.test', HTTP_PROXY: 'ftp://user:geheim@proxy.test' }),
    id: 'proxy',
    verdict: 'fail',
    says: /HTTP_PROXY is no address.*correct or unset it/,
  },
  {
    name: 'the certificate file is none',
    env: () => ({ ...real(), NODE_EXTRA_CA_CERTS: fileWith('no certificate') }),
    id: 'certificates',
    verdict: 'fail',
    says: /NODE_EXTRA_CA_CERTS=.*readable PEM file/,
  },
  {
    name: 'every certificate is trusted',
    env: () => ({ ...real(), NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    id: 'certificates',
    verdict: 'warn',
    says: /Anybody between you and the server can read the key/,
  },
  {
    name: 'a setting is misspelt',
    env: () => ({ ...real(), WHETSTONE_APIKEY: 'x' }),
    id: 'variables',
    verdict: 'warn',
    says: /WHETSTONE_APIKEY is unknown; did you mean WHETSTONE_API_KEY\?/,
  },
  {
    name: 'the state directory is a file',
    env: () => ({ ...real(), WHETSTONE_STATE_DIR: fileWith('') }),
    id: 'state',
    verdict: 'fail',
    says: /cannot be written.*WHETSTONE_STATE_DIR/,
  },
  {
    name: 'others may read the state directory',
    env: () => {
      const stateDir = newStateDir();
      execFileSync('chmod', ['755', stateDir]);
      return { ...real(), WHETSTONE_STATE_DIR: stateDir };
    },
    id: 'state',
    verdict: 'warn',
    says: /permissions are 755.*chmod 700/,
  },
  {
    name: 'nothing is remembered yet',
    env: real,
    id: 'rules',
    verdict: 'warn',
    says: /none yet.*whetstone-mcp status/,
  },
  {
    name: 'the defaults file is no JSON',
    env: () => defaultsFile('flags: none'),
    id: 'defaults',
    verdict: 'fail',
    says: /not a readable JSON file/,
  },
  {
    name: 'something prints into the protocol',
    // Only where it serves, else it would be in this test's own way.
    env: () => ({
      ...real(),
      NODE_OPTIONS: `--require=${fileWith("if (process.argv.length === 2) process.stdout.write('hello\\n')", 'noise.cjs')}`,
    }),
    id: 'stdout',
    verdict: 'fail',
    says: /12 stray bytes.*NODE_OPTIONS/,
  },
  {
    name: 'it does not end with its client',
    env: () => ({
      ...real(),
      NODE_OPTIONS: `--require=${fileWith('if (process.argv.length === 2) process.exit = () => setInterval(() => {}, 1000)', 'stay.cjs')}`,
    }),
    id: 'legacy',
    verdict: 'warn',
    says: /but does not end when its input ends.*by hand/,
  },
  {
    name: 'it cannot be started',
    env: () => ({
      ...real(),
      NODE_OPTIONS: `--require=${fileWith("if (process.argv.length === 2) throw new Error('no such luck')", 'crash.cjs')}`,
    }),
    id: 'modern',
    verdict: 'fail',
    says: /no answer.*exit code 1.*stderr/,
  },
];

describe('doctor', () => {
  it.each(broken)('where $name: finds it and says what mends it', async ({ env, id, verdict, says }) => {
    const surroundings = env();
    const { code, ok, checks, check, printed } = await examine(surroundings);
    const { value, detail, fix } = check(id);
    expect(check(id).verdict).toBe(verdict);
    expect([value, detail, fix].join(' ')).toMatch(says);
    expect(checks.map((one) => one.id)).toEqual(ids);
    expect(ok).toBe(checks.every((one) => one.verdict !== 'fail'));
    expect(code).toBe(ok ? 0 : 1);
    for (const one of checks) if (one.verdict !== 'ok') expect(one.fix).toBeTruthy();
    const secret = surroundings['WHETSTONE_API_KEY']?.split('_')[2];
    if (secret) expect(printed).not.toContain(secret);
    expect(printed).not.toContain('geheim');
  });

  it.each<[Fault, RegExp]>([
    ['black-holed', /does not answer.*firewall or proxy/],
    ['redirecting', /redirects \(HTTP 302\).*final address/],
    ['answering 500', /HTTP 500.*server's log/],
    ['speaking garbage', /answers something that is not JSON.*Check WHETSTONE_URL/],
    ['speaking other JSON', /answers something else.*Check WHETSTONE_URL/],
    ['hanging up', /hangs up.*port/],
  ])('where the server is %s: says so, and what stands all the same', async (fault, says) => {
    const other = await startFaultyProxy('http://127.0.0.1:9', fault);
    const { code, check } = await examine(mcpEnv({ url: other.url }));
    await other.stop();
    expect([check('server').value, check('server').detail, check('server').fix].join(' ')).toMatch(says);
    expect(check('server').verdict).toBe('fail');
    expect(check('modern').verdict).toBe('ok');
    expect(code).toBe(1);
  });

  it('notices rules on disk that cannot be read', async () => {
    const env = real();
    await runCommand(['status'], env);
    const [partition = ''] = readdirSync(env['WHETSTONE_STATE_DIR']!);
    const directory = join(env['WHETSTONE_STATE_DIR']!, partition);
    const file = readdirSync(directory).find((name) => name.startsWith('ruleset-'))!;
    writeFileSync(join(directory, file), '{"format":1,"docu');
    const { check } = await examine(env);
    expect(check('rules')).toMatchObject({ verdict: 'warn', detail: expect.stringContaining('damaged') });
  });

  it('notices a clock that differs from the server’s', async () => {
    const stand = await listening(
      createServer((request, response) => {
        response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString());
        healthy(request, response);
      }),
    );
    const { check } = await examine(mcpEnv({ url: stand.url }));
    await stand.stop();
    expect(check('clock')).toMatchObject({
      verdict: 'warn',
      value: expect.stringMatching(/^3(599|600|601) s ahead of the server’s$/),
      fix: expect.stringContaining('time server'),
    });
  });

  it('notices a bundle that is older than its sources, and a server of another version', async () => {
    const checkout = scratch();
    mkdirSync(join(checkout, 'dist'));
    mkdirSync(join(checkout, 'src'));
    const copy = join(checkout, 'dist', 'whetstone-mcp.js');
    copyFileSync(mcpServerFile, copy);
    copyFileSync(join(mcpServerFile, '../whetstone-doctor.cjs'), join(checkout, 'dist', 'whetstone-doctor.cjs'));
    writeFileSync(join(checkout, 'dist', 'package.json'), '{"type":"module"}');
    const look = async (url: string) => {
      const stdout = await outputOf(process.execPath, [copy, 'doctor', '--json'], mcpEnv({ url }));
      return (JSON.parse(stdout) as { checks: Check[] }).checks.find(({ id }) => id === 'program');
    };
    const stand = await listening(
      createServer((_request, response) => void response.end(JSON.stringify({ status: 'ok', version: '9.9.0' }))),
    );
    expect(await look(stand.url)).toMatchObject({ verdict: 'warn', detail: 'The server is version 9.9.0.' });
    await stand.stop();

    writeFileSync(join(checkout, 'src', 'new.ts'), '');
    const later = Date.now() / 1_000 + 60;
    utimesSync(join(checkout, 'src', 'new.ts'), later, later);
    expect(await look('http://127.0.0.1:9')).toMatchObject({
      verdict: 'warn',
      detail: expect.stringContaining('new.ts'),
    });
  });

  it('explains a certificate that Node does not trust, and is content once it does', async ({ skip }) => {
    if (noCertificates) skip(noCertificates);
    const directory = scratch();
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'ignore',
    });
    const stand = await listening(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, healthy));
    const env = mcpEnv({ url: `https://localhost:${stand.port}`, apiKey: someKey });
    const strange = await examine(env);
    const trusted = await examine({ ...env, NODE_EXTRA_CA_CERTS: cert });
    const otherName = await examine({
      ...mcpEnv({ url: `https://127.0.0.1:${stand.port}`, apiKey: someKey }),
      NODE_EXTRA_CA_CERTS: cert,
    });
    await stand.stop();
    expect(strange.check('server')).toMatchObject({
      verdict: 'fail',
      value: expect.stringContaining('a certificate that it signed itself'),
      fix: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(trusted.check('server').verdict).toBe('ok');
    expect(trusted.check('certificates')).toMatchObject({ verdict: 'ok', detail: '1 more' });
    expect(otherName.check('server').value).toContain('a certificate for another name');
  });

  it('tells a revoked key from a good one', async () => {
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    const { id, secret } = await admin.createKey({ name: 'short-lived', role: 'viewer' });
    const env = mcpEnv({ url: server.url, apiKey: secret });
    expect((await examine(env)).check('role')).toMatchObject({ verdict: 'warn', value: 'accepted as viewer' });
    await admin.revokeKey({ id });
    expect((await examine(env)).check('role')).toMatchObject({ verdict: 'fail', value: 'refused (HTTP 401)' });
  });
});

/** Not `execFileSync`: the stand-in lives in this process and must be able to answer. */
const outputOf = (command: string, args: string[], env: Record<string, string>) =>
  text(spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).stdout);
