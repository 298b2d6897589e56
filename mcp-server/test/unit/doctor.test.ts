import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/cli/doctor/check.ts';
import { lookAtContext, lookAtStart, type Conversation } from '../../src/cli/doctor/eras.ts';
import { examine } from '../../src/cli/doctor/examine.ts';
import { explainFault } from '../../src/cli/doctor/fault.ts';
import { lookAtProxy } from '../../src/cli/doctor/network.ts';
import { lookAtOutbox } from '../../src/cli/doctor/outbox.ts';
import { lookAtNode, lookAtVariables } from '../../src/cli/doctor/program.ts';
import { reportOf } from '../../src/cli/doctor/report.ts';
import { styleFor } from '../../src/cli/style.ts';
import type { OutboxReport } from '../../src/offline/outbox/inspect.ts';
import { readSurroundings } from '../../src/surroundings.ts';

describe('examine', () => {
  const find = async (look: Parameters<typeof examine>[0][0]['probes'][0]['look'], deadlineMs = 60_000) => {
    const other = { id: 'other', title: 'Other', look: () => ({ verdict: 'ok' as const }) };
    const [chapter] = await examine([{ title: 'All', probes: [{ id: 'it', title: 'It', look }, other] }], deadlineMs);
    return chapter!.checks;
  };

  it('answers in time for what hangs, and keeps the rest', async () => {
    const [it, other] = await find(() => new Promise(() => undefined), 10);
    expect(it).toMatchObject({ id: 'it', verdict: 'fail', value: 'no result within 0.01 s' });
    expect(other).toEqual({ id: 'other', title: 'Other', verdict: 'ok' });
  });

  it('shows a check that breaks as failed, and keeps the rest', async () => {
    const [it, other] = await find(() => Promise.reject(new Error('EIO: broken disk')));
    expect(it).toMatchObject({ verdict: 'fail', value: 'could not be checked', detail: 'EIO: broken disk' });
    expect(other?.verdict).toBe('ok');
  });
});

describe('what doctor thinks of', () => {
  it.each([
    ['20.19.0', 'ok'],
    ['22.1.0', 'ok'],
    ['20.18.3', 'fail'],
    ['18.20.0', 'fail'],
  ])('Node.js %s: %s', (version, verdict) => {
    expect(lookAtNode({ version, path: '/usr/bin/node', floor: '20.19' }).verdict).toBe(verdict);
  });

  it.each<[string, Record<string, string>, RegExp, string]>([
    ['http://h.test', {}, /none for http/, 'ok'],
    ['http://h.test', { HTTPS_PROXY: 'http://p:1' }, /none for http/, 'ok'],
    ['https://h.test', { HTTPS_PROXY: 'http://p:1' }, /^HTTPS_PROXY=http:\/\/p:1$/, 'ok'],
    ['https://h.test', { HTTPS_PROXY: 'http://user:geheim@p:1' }, /^HTTPS_PROXY=http:\/\/p:1$/, 'ok'],
    ['https://h.test', { HTTPS_PROXY: 'ftp://p:1' }, /^HTTPS_PROXY is no address$/, 'fail'],
    ['https://a.h.test', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'x, .h.test' }, /a\.h\.test is asked without it/, 'ok'],
    ['https://ah.test', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '.h.test' }, /^HTTPS_PROXY=/, 'ok'],
    ['https://h.test:444', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'h.test:443' }, /^HTTPS_PROXY=/, 'ok'],
    ['http://127.0.0.1:1', { HTTP_PROXY: 'http://p:1', NO_PROXY: '*' }, /is asked without it/, 'ok'],
    ['http://localhost:1', { HTTP_PROXY: 'http://p:1' }, /localhost is asked without it/, 'ok'],
  ])('a proxy before %s with %o', (url, env, value, verdict) => {
    const finding = lookAtProxy(url, readSurroundings(env));
    expect(finding.verdict).toBe(verdict);
    expect(finding.value).toMatch(value);
  });

  it('variables that nothing reads', () => {
    expect(lookAtVariables(['WHETSTONE_URL', 'WHETSTONE_SEED'])).toEqual({ verdict: 'ok', value: 'WHETSTONE_URL' });
    expect(lookAtVariables(['WHETSTONE_URl'])).toMatchObject({
      verdict: 'warn',
      fix: 'WHETSTONE_URl is unknown; did you mean WHETSTONE_URL?',
    });
  });

  it('an error code that nobody foresaw', () => {
    expect(explainFault({ code: 'EWEIRD', problem: 'odd' }).value).toBe('cannot be reached (EWEIRD: odd)');
  });

  it('a slow start, a dear list of tools, and a server that never spoke', () => {
    const spoken: Conversation = {
      kind: 'spoken',
      revision: '2025-11-25',
      startMs: 3_500,
      usage: { cpuMs: 120, residentMb: 60.4 },
      tools: [{ name: 'x'.repeat(20_000) }],
      instructions: '',
      ending: { exitCode: 0, exitMs: 5, strayBytes: 0 },
    };
    const silent: Conversation = { kind: 'failed', problem: 'it ended with exit code 1' };
    expect(lookAtStart({ legacy: spoken, modern: silent })).toMatchObject({
      verdict: 'warn',
      value: '3500 ms to the list of tools, 120 ms of CPU, 60 MB',
    });
    expect(lookAtContext({ legacy: silent, modern: spoken }).verdict).toBe('warn');
    expect(lookAtStart({ legacy: silent, modern: silent })).toMatchObject({ verdict: 'warn', value: 'not measured' });
  });

  const nowMs = Date.parse('2026-11-25T12:00:00Z');
  const empty: OutboxReport = {
    pending: 0,
    parked: 0,
    bytes: 0,
    accepted: 3,
    delivered: 3,
    unreadable: 0,
    refused: 0,
    problems: [],
  };
  it.each<[string, Partial<OutboxReport>, string, RegExp]>([
    ['empty', {}, 'ok', /^0 waiting, 0 set aside, 3 delivered, 0 kB$/],
    ['waiting a little', { pending: 2, oldestAt: '2026-11-25T11:58:00Z' }, 'ok', /^2 waiting, the oldest for 2 min/],
    ['waiting for days', { pending: 2, oldestAt: '2026-11-22T12:00:00Z', lastError: 'HTTP 503' }, 'warn', /3 d/],
    ['holding what was refused', { parked: 1 }, 'warn', /1 set aside/],
    ['full', { pending: 9, problems: ['The outbox is full.'] }, 'warn', /^9 waiting/],
  ])('an outbox that is %s', (_how, health, verdict, value) => {
    const finding = lookAtOutbox({ ...empty, ...health }, nowMs);
    expect(finding.verdict).toBe(verdict);
    expect(finding.value).toMatch(value);
    expect(verdict === 'ok' || finding.fix).toBeTruthy();
  });
});

describe('the report', () => {
  const check = (over: Partial<Check>): Check => ({ id: 'x', title: 'Key', verdict: 'ok', ...over });

  it('says what is well in a line, and what is not with reason and fix', () => {
    const checks = [
      check({ value: 'whole' }),
      check({ title: 'Server', verdict: 'fail', value: 'refuses', detail: 'ECONNREFUSED', fix: 'Start it.' }),
      check({ title: 'Clock', verdict: 'warn', value: '9 s ahead', fix: 'Set it.' }),
    ];
    expect(reportOf([{ title: 'Cloud', checks }], styleFor(false)).split('\n')).toEqual([
      'Cloud',
      '  ✓ ok   Key     whole',
      '  ✗ fail Server  refuses',
      '                 ECONNREFUSED',
      '                 → Start it.',
      '  ! warn Clock   9 s ahead',
      '                 → Set it.',
      '',
      '✗ 1 check fails, 1 warning.',
      'Begin with  Server: Start it.',
    ]);
  });

  it('is short when nothing fails', () => {
    const lines = reportOf([{ title: 'Cloud', checks: [check({ verdict: 'warn' })] }], styleFor(false)).split('\n');
    expect(lines.at(-1)).toBe('✓ Works, 1 warning.');
  });
});
