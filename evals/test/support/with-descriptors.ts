import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openExecutor } from '../../src/sandbox/process/exec.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import { openQuickjsSandbox } from '../../src/sandbox/quickjs/open.ts';

/** Started with descriptors left open: says on stdout which a command finds, and what escape probes find. */
const executor = await openExecutor();
const { stdout } = await executor.exec({
  folder: mkdtempSync(join(tmpdir(), 'exec-')),
  command: 'readlink /proc/self/fd/*; cat /proc/self/fd/50 /proc/self/fd/77 2>/dev/null',
  env: {},
  timeoutMs: 60_000,
  memoryMb: 1024,
});
const options = { workers: 1, hashSeed: 0, languages: ['javascript'] as const };
const probes = [];
for (const sandbox of [await openProcessSandbox(options), await openQuickjsSandbox(options)]) {
  probes.push(...(await sandbox.probe()).filter(({ escaped }) => escaped));
  await sandbox.close();
}
console.log(JSON.stringify({ stdout, probes }));
