import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Script } from 'node:vm';
import type { Options } from 'tsup';
import { lazyCode } from './lazy-code.ts';
import { sdkEdits } from './sdk-edits.ts';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];
type Esbuild = Parameters<Plugin['setup']>[0]['esbuild'];

/**
 * `import { text, fingerprint } from './x.ts?program'`: the whole program that begins in x.ts, as the text of a function.
 * V8 hands out and takes back compiled code for a text (`vm.Script`), on every version of Node that we support; for a
 * file that is being imported it does not.
 */
export const programText: Plugin = {
  name: 'program-text',
  setup({ onResolve, onLoad, esbuild }) {
    onResolve({ filter: /\?program$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(/\?program$/, '')),
      namespace: 'program',
    }));
    onLoad({ filter: /./, namespace: 'program' }, async ({ path }) => {
      const text = await programOf(path, esbuild);
      const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 16);
      return { contents: `export const text = ${JSON.stringify(text)}, fingerprint = "${fingerprint}";`, loader: 'js' };
    });
  },
};

/**
 * Files beside the program, by the folder they are made of: what no session needs before its client has the list of tools,
 * and most never do.
 */
export const filesBeside = [
  { folder: 'cli/flag-work', file: 'whetstone-flags.cjs', names: 'flagVerbs' },
  { folder: 'cli/doctor', file: 'whetstone-doctor.cjs', names: 'examineAll, reportOf' },
  { folder: 'cli/outbox-work', file: 'whetstone-outbox.cjs', names: 'outboxWork' },
  { folder: 'capture', file: 'whetstone-capture.cjs', names: 'captureWork, hooksWork, keepDraining' },
  { folder: 'capture/told', file: 'whetstone-told.cjs', names: 'tellWrite' },
  { folder: 'models', file: 'whetstone-models.cjs', names: 'modelsOver' },
  { folder: 'docs', file: 'whetstone-docs.cjs', names: 'docsOver' },
  {
    folder: 'tool-work',
    file: 'whetstone-tools.cjs',
    names: 'evalRun, leaderboard, recommendation, startRun, status, told',
  },
  { folder: 'feedback', file: 'whetstone-feedback.cjs', names: 'feedbackOver' },
  { folder: 'tools/admin', file: 'whetstone-admin.cjs', names: 'adminTools' },
] as const;

/** Leaves folders out of a bundle, which takes them from the files beside itself when they are first wanted. */
const leftBeside = (files: readonly (typeof filesBeside)[number][]): Plugin => ({
  name: 'left-beside',
  setup({ onResolve, onLoad }) {
    for (const { folder, file, names } of files) {
      const namespace = `beside-${basename(folder)}`;
      onResolve({ filter: new RegExp(`/${basename(folder)}/index\\.ts$`) }, () => ({ path: file, namespace }));
      onLoad({ filter: /./, namespace }, () => ({
        contents: `import { createRequire } from 'node:module';
        export const { ${names} } = createRequire(import.meta.url)('./${file}');`,
        loader: 'js',
      }));
    }
  },
});

/** What few users of the client library ask for: the first is more than all the rest of it. */
export const askedByFew = leftBeside(filesBeside.filter(({ folder }) => folder === 'docs' || folder === 'feedback'));

/** zod brings its messages in fifty languages; ours are read in one. */
export const oneLanguage: Plugin = {
  name: 'one-language',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js';`,
      loader: 'js',
    }));
  },
};

async function programOf(path: string, esbuild: Esbuild): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path],
    write: false,
    bundle: true,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    logLevel: 'error',
    define: { 'import.meta.url': 'importMetaUrl' },
    alias: { '@modelcontextprotocol/server/_shims': resolve('scripts/mcp-bundle/sdk-shims.ts') },
    plugins: [sdkEdits, leftBeside(filesBeside)],
  });
  const code = await minified(lazyCode(outputFiles[0]!.text), esbuild);
  const text = `(async function (importMetaUrl, require) {"use strict";${code}\n})`;
  // What only a module may say, `import.meta.dirname` for one, is an error here and not at the first start.
  new Script(text);
  return text;
}

export async function minified(code: string, esbuild: Pick<Esbuild, 'transform'>): Promise<string> {
  const options = { minify: true, treeShaking: true, format: 'esm', target: 'node20', platform: 'node' } as const;
  return (await esbuild.transform(code.replace(/^#!.*\n/, ''), options)).code;
}
