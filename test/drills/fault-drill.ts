import { createClient } from '@whetstone/shared/client';
import { formatApiKey, parseApiKey } from '@whetstone/shared/keys';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOf } from '../../mcp-server/src/offline/ruleset-store.ts';
import { startFaultyProxy, type Fault, type FaultyProxy } from '../support/faulty-proxy.ts';
import { mcpEnv, newStateDir } from '../support/mcp-process.ts';
import { openProbe, type Probe } from '../support/mcp-probe.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { flagForAlice } from '../support/sample-flags.ts';

export interface FaultRow {
  fault: string;
  /** `running`: had answers from the cloud before. `restarted`: a new process on the same state. `first call`: knows nothing. */
  process: 'running' | 'restarted' | 'first call';
  reads: number;
  /** Reads by `source`. */
  sources: Record<string, number>;
  /** Reads whose value, source or reason was not what the situation calls for. */
  wrong: number;
  firstMs: number;
  p50Ms: number;
  p99Ms: number;
  /** What the last degraded answer told a person. */
  says: string;
}

const flag = flagForAlice;

/** Why directories cannot be made read-only or full here; root writes through permissions, a jail does not. */
export const noJail =
  spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0
    ? undefined
    : 'bubblewrap (bwrap) does not work here';

/** Everything that can go wrong around the MCP server, in front of a real one and a real cloud. */
export async function faultDrill(reads: number, report: (row: FaultRow) => void) {
  const server = await startServer();
  const proxy = await startFaultyProxy(server.url);
  const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
  await admin.createFlag(flag);
  const world: World = { server, proxy, reads, key: server.agentKey(), admin, report };
  try {
    for (const [fault, says] of cloudFaults) await cloudFault(world, fault, says);
    await keyFaults(world);
    await dnsGone(world);
    await clockJumps(world);
    await damagedState(world);
    if (!noJail) await unwritableState(world);
  } finally {
    await proxy.stop();
    await server.stop();
  }
}

interface World {
  server: TestServer;
  proxy: FaultyProxy;
  reads: number;
  key: string;
  admin: ReturnType<typeof createClient>;
  report: (row: FaultRow) => void;
}

const silence = /has not answered yet|did not answer in time/;
const refusal = /refused WHETSTONE_API_KEY/;

/** Each with what the answers must say of it. */
const cloudFaults: [Fault, RegExp][] = [
  ['down', /refuses connections/],
  ['black-holed', silence],
  ['frozen', silence],
  ['answering 500', /HTTP 500/],
  ['answering 429', /HTTP 429/],
  ['slow by 5 s', silence],
  ['speaking garbage', /not a ruleset/],
  ['sending half a body', /not a ruleset|ECONNRESET/],
  ['cutting the stream in an event', /ECONNRESET/],
  ['hanging up', /ECONNRESET/],
  ['redirecting', /redirects to/],
];

async function cloudFault(world: World, fault: Fault, says: RegExp) {
  const { proxy, key } = world;
  await proxy.become('none');
  const env = mcpEnv({ url: proxy.url, apiKey: key });
  const running = await openProbe({ env });
  await until(running, 'cloud');
  await proxy.become(fault);
  await until(running, 'cache');
  await measure(world, fault, 'running', running, cached(says));
  await inNewProcess(world, fault, 'restarted', { env }, cached(says));
  await inNewProcess(
    world,
    fault,
    'first call',
    { env: { ...env, WHETSTONE_STATE_DIR: newStateDir() } },
    unknown(says),
  );
  await proxy.become('none');
  // The fault is over: the running process finds back by itself.
  await until(running, 'cloud');
  await running.close();
}

async function keyFaults(world: World) {
  const { server, admin } = world;
  const env = mcpEnv({ url: server.url, apiKey: world.key });
  const before = await openProbe({ env });
  await until(before, 'cloud');
  await before.close();
  const { selector } = parseApiKey(world.key)!;
  const wrong = formatApiKey({ selector, secret: 'w'.repeat(32) });
  await inNewProcess(world, 'wrong key', 'restarted', { env: { ...env, WHETSTONE_API_KEY: wrong } }, cached(refusal));
  const nowhere = { ...env, WHETSTONE_API_KEY: wrong, WHETSTONE_STATE_DIR: newStateDir() };
  await inNewProcess(world, 'wrong key', 'first call', { env: nowhere }, unknown(refusal));

  const expiring = await admin.createKey({
    name: 'short-lived',
    role: 'agent',
    expiresAt: new Date(Date.now() + 4_000).toISOString(),
  });
  const itsEnv = mcpEnv({ url: server.url, apiKey: expiring.secret });
  const running = await openProbe({ env: itsEnv });
  await until(running, 'cloud');
  await until(running, 'cache');
  await measure(world, 'expired key', 'running', running, cached(refusal));
  await running.close();
  await inNewProcess(world, 'expired key', 'restarted', { env: itsEnv }, cached(refusal));

  const revoked = await admin.createKey({ name: 'to be revoked', role: 'agent' });
  const another = await openProbe({ env: mcpEnv({ url: server.url, apiKey: revoked.secret }) });
  await until(another, 'cloud');
  await admin.revokeKey({ id: revoked.id });
  await until(another, 'cache');
  await measure(world, 'revoked key', 'running', another, cached(refusal));
  await another.close();
}

/** A name that no resolver knows; what was known of it comes from a time when one did. */
async function dnsGone(world: World) {
  const url = 'http://whetstone.invalid:8787';
  const env = mcpEnv({ url, apiKey: world.key });
  const known = mcpEnv({ url: world.server.url, apiKey: world.key });
  const before = await openProbe({ env: known });
  await until(before, 'cloud');
  await before.close();
  const selector = parseApiKey(world.key)!.selector;
  cpSync(
    join(known.WHETSTONE_STATE_DIR, partitionOf({ url: world.server.url, selector })),
    join(env.WHETSTONE_STATE_DIR, partitionOf({ url, selector })),
    { recursive: true },
  );
  await inNewProcess(world, 'DNS gone', 'restarted', { env }, cached(/no address in DNS/));
  await inNewProcess(
    world,
    'DNS gone',
    'first call',
    { env: { ...env, WHETSTONE_STATE_DIR: newStateDir() } },
    unknown(/no address in DNS/),
  );
}

const shiftClock = resolve(import.meta.dirname, '../support/shift-clock.cjs');

/** A jump by itself takes nothing away: the cloud is there, and says so again after at most one look. */
async function clockJumps(world: World) {
  for (const [name, shiftMs] of [
    ['clock set a day ahead', 86_400_000],
    ['clock set a day back', -86_400_000],
  ] as const) {
    const env = {
      ...mcpEnv({ url: world.proxy.url, apiKey: world.key }),
      WHETSTONE_TEST_SHIFT_MS: String(shiftMs),
    };
    const probe = await openProbe({ env, nodeOptions: ['--require', shiftClock] });
    await until(probe, 'cloud');
    probe.kill('SIGUSR2');
    await measure(world, `${name}, cloud up`, 'running', probe, known);
    await world.proxy.become('down');
    await until(probe, 'cache');
    await measure(world, `${name}, cloud down`, 'running', probe, cached(/refuses connections/));
    await world.proxy.become('none');
    await probe.close();
  }
}

/** A state directory that a process with the cloud at hand has filled. */
async function filledState({ proxy, key }: World) {
  const env = mcpEnv({ url: proxy.url, apiKey: key });
  const probe = await openProbe({ env });
  await until(probe, 'cloud');
  await probe.close();
  const { selector } = parseApiKey(key)!;
  const directory = join(env.WHETSTONE_STATE_DIR, partitionOf({ url: proxy.url, selector }));
  return {
    env,
    file: join(
      directory,
      readdirSync(directory).find((name) => name.startsWith('ruleset-'))!,
    ),
  };
}

async function damagedState(world: World) {
  const damages: [string, (text: string) => string][] = [
    ['state file cut short', (text) => text.slice(0, text.length / 2)],
    ['state file full of zeros', (text) => '\0'.repeat(text.length)],
    ['state file of a newer version', (text) => text.replace(/"format":\d+/, '"format":99')],
  ];
  for (const [name, damage] of damages) {
    const { env, file } = await filledState(world);
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    await world.proxy.become('down');
    await inNewProcess(world, `${name}, cloud down`, 'restarted', { env }, unknown(/refuses connections/));
    await world.proxy.become('none');
    await inNewProcess(world, `${name}, cloud up`, 'restarted', { env }, known);
  }
}

async function unwritableState(world: World) {
  const { env } = await filledState(world);
  const within = ['bwrap', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];
  const { WHETSTONE_STATE_DIR: stateDir } = env;
  // By itself: it may lie in /dev/shm, which the jail has another of.
  const readOnly = { env, within: [...within, '--ro-bind', stateDir, stateDir] };
  const directory = newStateDir();
  const full = {
    env: { ...env, WHETSTONE_STATE_DIR: directory, HOME: directory },
    within: [...within, '--size', '4096', '--tmpfs', directory],
  };
  await inNewProcess(world, 'state directory read-only, cloud up', 'restarted', readOnly, known);
  await namesProblem(readOnly, /EROFS.*WHETSTONE_STATE_DIR/);
  await inNewProcess(world, 'state directory full, cloud up', 'first call', full, known);
  await namesProblem(full, /ENOSPC.*WHETSTONE_STATE_DIR/);
  await world.proxy.become('down');
  await inNewProcess(
    world,
    'state directory read-only, cloud down',
    'restarted',
    readOnly,
    cached(/refuses connections/),
  );
  await inNewProcess(world, 'state directory full, cloud down', 'first call', full, unknown(/refuses connections/));
  await world.proxy.become('none');
}

/** A disk that takes nothing is said where people look. */
async function namesProblem(launch: Parameters<typeof openProbe>[0], pattern: RegExp) {
  const probe = await openProbe(launch);
  await until(probe, 'cloud');
  const deadlineMs = performance.now() + 10_000;
  let problems = '';
  while (!pattern.test(problems) && performance.now() < deadlineMs) {
    problems = ((await probe.status())['problems'] as string[]).join(' ');
    await sleep(50);
  }
  await probe.close();
  if (!pattern.test(problems)) throw new Error(`status does not name what is wrong with the disk: ${problems}`);
}

type Reply = Awaited<ReturnType<Probe['ask']>>['reply'];

interface Expectation {
  /** What the caller falls back on. */
  fallback?: string;
  isMet(reply: Reply): boolean;
}

/** While the first look is under way, that is all there is to say. */
const says = (pattern: RegExp, { degradedReason = '' }: Reply) =>
  pattern.test(degradedReason) || /being confirmed right now/.test(degradedReason);

const cached = (pattern: RegExp): Expectation => ({
  isMet: (reply) =>
    reply.value === true &&
    reply.source === 'cache' &&
    reply.reason === 'TARGETING_MATCH' &&
    reply.ageMs !== undefined &&
    says(pattern, reply),
});
const unknown = (pattern: RegExp): Expectation => ({
  fallback: 'plan B',
  isMet: (reply) =>
    reply.value === 'plan B' &&
    reply.source === 'default' &&
    reply.errorCode === 'PROVIDER_NOT_READY' &&
    says(pattern, reply),
});
/** With the cloud at hand an answer may be a moment behind its confirmation, never wrong. */
const known: Expectation = { isMet: ({ value, source }) => value === true && source !== 'default' };

/** Waits until answers come from there; what happens before is not what is measured. */
async function until(probe: Probe, source: string) {
  for (const deadlineMs = performance.now() + 30_000; performance.now() < deadlineMs; await sleep(20)) {
    if ((await probe.ask(flag.key, { userId: 'alice' })).reply.source === source) return;
  }
  throw new Error(`no answer from ${source} within 30 s; the MCP server says: ${probe.said()}`);
}

async function inNewProcess(
  world: World,
  fault: string,
  process: FaultRow['process'],
  launch: Parameters<typeof openProbe>[0],
  expected: Expectation,
) {
  const probe = await openProbe(launch);
  await measure(world, fault, process, probe, expected);
  await probe.close();
}

async function measure(
  { reads, report }: World,
  fault: string,
  process: FaultRow['process'],
  probe: Probe,
  expected: Expectation,
) {
  const took: number[] = [];
  const sources: Record<string, number> = {};
  let wrong = 0;
  let said = '';
  const args = { userId: 'alice', ...(expected.fallback !== undefined && { default: expected.fallback }) };
  for (let read = 0; read < reads; read++) {
    const { reply, tookMs } = await probe.ask(flag.key, args);
    took.push(tookMs);
    sources[reply.source] = (sources[reply.source] ?? 0) + 1;
    if (!expected.isMet(reply)) wrong += 1;
    said = reply.degradedReason ?? said;
  }
  const [firstMs = 0, ...warm] = took;
  warm.sort((a, b) => a - b);
  const at = (share: number) => warm[Math.min(warm.length - 1, Math.floor(warm.length * share))] ?? 0;
  report({ fault, process, reads, sources, wrong, firstMs, p50Ms: at(0.5), p99Ms: at(0.99), says: said });
}
