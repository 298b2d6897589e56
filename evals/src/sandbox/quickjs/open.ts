import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { assetPath } from '../../assets.ts';
import type { Program } from '../javascript/half.ts';
import { openPool } from '../javascript/pool.ts';
import { probesOf } from '../javascript/probes.ts';
import type { Sandbox, SandboxOptions } from '../sandbox.ts';
import { openTypescript } from '../typescript.ts';

const HEAP_MB = 512;

/**
 * Plain JavaScript on any system: programs run in QuickJS, an interpreter in WebAssembly without a door to its host, tests
 * in Node. Both processes stand under Node's permission model with an empty environment, as a second wall.
 */
export async function openQuickjsSandbox({ workers, languages }: SandboxOptions): Promise<Sandbox> {
  const typescript = openTypescript({ isNeeded: languages?.includes('typescript') ?? false });
  const pool = openPool(
    {
      ...quickjsPrograms(),
      reusable: true,
      prepare: (job) => (job.sameProcess ? Promise.resolve(notBeside) : typescript.prepare(job)),
    },
    workers,
  );
  return {
    tier: 'quickjs',
    languages: ['javascript', 'typescript'],
    enforces: {
      network: true,
      hostFiles: true,
      memory: true,
      cpu: true,
      processes: true,
      openFiles: true,
      cannot: [
        'It runs the language alone: a program that needs a module of Node fails here.',
        'Tests cannot run beside their candidate here; problems that need that end in an error.',
        'Behind the interpreter stands only Node’s permission model, which on Node 20 leaves the network open: should QuickJS itself be broken out of, the host’s network is in reach.',
        'Memory of a program is bounded at 256 MiB by the interpreter; that of the process around it is not.',
      ],
    },
    versions: { node: process.versions.node, 'quickjs-emscripten': versionOfQuickjs(), typescript: typescript.version },
    grade: pool.grade,
    probe: () => probesOf(pool.grade),
    close: async () => void (await Promise.all([pool.close(), typescript.close()])),
  };
}

/** The two processes; `flags` are further ones for Node in that of the candidate. */
export function quickjsPrograms(flags: readonly string[] = []): { driver: Program; candidate: Program } {
  const code = realpathSync(assetPath('sandbox/javascript'));
  const quickjs = realpathSync(assetPath('sandbox/quickjs'));
  const engine = engineFiles();
  const stack = stackHere();
  return {
    driver: permitted([code], `${code}/node-driver.mjs`),
    candidate: permitted(
      [code, quickjs, ...new Set([engine.core, engine.variant, engine.types].map(nodeModulesOf))],
      `${quickjs}/quickjs-candidate.mjs`,
      [...stack.flags, ...flags],
      // By their paths, since looking them up by name would need more of the disk.
      [engine.core, engine.variant, engine.wasm, String(stack.interpreterBytes)],
    ),
  };
}

const notBeside = {
  verdict: {
    status: 'error' as const,
    detail:
      'this problem needs its tests beside its candidate, which the quickjs tier cannot do; choose the sandbox process',
  },
};

/**
 * A frame of the interpreter takes 3.5 times as much of Node's stack as it thinks (measured at 0.32.0), which Node limits to
 * 1 MB unless told that there is more: main threads have 8 MB everywhere but on Windows.
 */
function stackHere(): { interpreterBytes: number; flags: readonly string[] } {
  if (process.platform === 'win32') return { interpreterBytes: 200_000, flags: [] };
  return { interpreterBytes: 1_000_000, flags: ['--stack-size=3600'] };
}

function permitted(
  readable: readonly string[],
  program: string,
  flags: readonly string[] = [],
  args: readonly string[] = [],
): Program {
  // Its name since Node 23.5 and 22.13.
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const grants = readable.map((folder) => `--allow-fs-read=${folder}/*`);
  return {
    argv: [
      process.execPath,
      permission,
      ...grants,
      '--no-warnings',
      ...flags,
      `--max-old-space-size=${HEAP_MB}`,
      program,
      ...args,
    ],
  };
}

/** The engine without the variants of it that are of no use here: they would cost every start. */
function engineFiles() {
  const inPackage = createRequire(packageFile());
  const core = realpathSync(inPackage.resolve('quickjs-emscripten-core'));
  const variant = realpathSync(inPackage.resolve('@jitl/quickjs-wasmfile-release-sync'));
  return {
    core,
    variant,
    wasm: join(dirname(variant), 'emscripten-module.wasm'),
    types: realpathSync(createRequire(core).resolve('@jitl/quickjs-ffi-types')),
  };
}

/** The nearest `node_modules` above a file. */
function nodeModulesOf(file: string): string {
  for (let folder = dirname(realpathSync(file)); folder !== dirname(folder); folder = dirname(folder))
    if (folder.endsWith('node_modules')) return folder;
  return dirname(file);
}

function versionOfQuickjs(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(join(nodeModulesOf(packageFile()), 'quickjs-emscripten/package.json'), 'utf8'),
  );
  return (manifest as { version: string }).version;
}

function packageFile(): string {
  const require = createRequire(import.meta.url);
  return require.resolve('quickjs-emscripten');
}
