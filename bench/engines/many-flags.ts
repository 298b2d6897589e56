import { compileRuleset } from '@whetstone/shared/flags';
import { gzipSync } from 'node:zlib';
import { cpuMicroseconds } from '../harness/cpu.ts';
import { randomFrom } from '../workload/random.ts';

/** What a ruleset of flags of two conditions, one split and two variants costs. */
export interface ManyFlags {
  /** As `GET /api/flags/ruleset` answers it. */
  jsonBytes: number;
  gzipBytes: number;
  compileMs: number;
  /** Compiled again when one flag has changed. */
  changeMs: number;
  /** Heap that the parsed document takes, and what the compiled ruleset takes beside it. */
  documentMiB: number;
  compiledMiB: number;
}

const count = Number(process.argv[2]);
const heapMiB = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};
const cpuMs = (work: () => void) => {
  const before = process.cpuUsage();
  work();
  return cpuMicroseconds(before) / 1_000;
};

const random = randomFrom(1);
const upTo = (end: number) => Math.floor(random() * end);
const text = JSON.stringify({ revision: 1, flags: Array.from({ length: count }, (_, i) => flagOf(i)) });
const gzipBytes = gzipSync(text).length;

const empty = heapMiB();
const document = JSON.parse(text) as { revision: number; flags: { version: number }[] };
const parsed = heapMiB();
let ruleset = compileRuleset(document)!;
const compiled = heapMiB();
const compileMs = cpuMs(() => void compileRuleset(document));
document.flags[count >> 1]!.version++;
const changeMs = cpuMs(() => (ruleset = compileRuleset(document, ruleset)!));
if (ruleset.unreadable.size > 0) throw new Error('the ruleset did not compile');

const result: ManyFlags = {
  jsonBytes: Buffer.byteLength(text),
  gzipBytes,
  compileMs,
  changeMs,
  documentMiB: parsed - empty,
  compiledMiB: compiled - parsed,
};
process.send?.(result);

function flagOf(i: number) {
  return {
    key: `team-${upTo(40)}.feature-${i}`,
    enabled: true,
    variants: { on: true, off: false },
    offVariant: 'off',
    rules: [
      {
        id: 'r0',
        when: [
          { attribute: 'repoId', op: 'in', values: [`acme/repo-${upTo(50)}`, `acme/repo-${upTo(50)}`] },
          { attribute: 'plan', op: 'in', values: ['pro', 'team'] },
        ],
        serve: { variant: 'on' },
      },
    ],
    fallthrough: { split: [{ variant: 'on', weight: 100 }], coverage: upTo(100), otherwise: 'off' },
    version: 1 + upTo(20),
    createdAt: new Date(1.76e12 + upTo(1e10)).toISOString(),
    updatedAt: new Date(1.77e12 + upTo(1e10)).toISOString(),
  };
}
