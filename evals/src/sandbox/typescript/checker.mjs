import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { transform } from 'esbuild';
import { API } from 'typescript/unstable/sync';

/**
 * Checks one text after another: a line of JSON in, `{program, setup, tests}`, and one out, either `{diagnostics}` or the
 * three as JavaScript. The compiler keeps the declarations of the language between them; all it can see is one virtual
 * folder with the text in it and these declarations, so a text cannot name a file of the host.
 */
const FOLDER = '/program';
const CANDIDATE = `${FOLDER}/candidate.ts`;
const CONFIG = `${FOLDER}/tsconfig.json`;
const GLOBALS = `${FOLDER}/globals.d.ts`;

const require = createRequire(import.meta.url);
const compiler = createRequire(require.resolve('typescript/package.json'));
const declarations = join(
  dirname(compiler.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`)),
  'lib',
);

const files = new Map([
  [CONFIG, readFileSync(new URL('./rules.json', import.meta.url), 'utf8')],
  [GLOBALS, readFileSync(new URL('./globals.d.txt', import.meta.url), 'utf8')],
  [CANDIDATE, ''],
]);
const isDeclaration = (path) => /^lib(?:\.[a-z0-9]+)*\.d\.ts$/.test(basename(path)) && dirname(path) === declarations;

const api = new API({
  cwd: FOLDER,
  fs: {
    readFile: (path) => files.get(path) ?? (isDeclaration(path) ? readFileSync(path, 'utf8') : null),
    fileExists: (path) => files.has(path) || isDeclaration(path),
    directoryExists: (path) => path === FOLDER || path === '/',
    getAccessibleEntries: (path) => ({
      files: path === FOLDER ? [...files.keys()].map((file) => basename(file)) : [],
      directories: path === '/' ? [basename(FOLDER)] : [],
    }),
    realpath: (path) => path,
  },
});

function diagnosticsOf(program) {
  files.set(CANDIDATE, program);
  const snapshot = api.updateSnapshot({ openProject: CONFIG, fileChanges: { changed: [CANDIDATE] } });
  try {
    const checked = snapshot.getProject(CONFIG).program;
    const found = [
      ...checked.getConfigFileParsingDiagnostics(),
      ...checked.getProgramDiagnostics(),
      ...checked.getGlobalDiagnostics(),
      ...checked.getSyntacticDiagnostics(CANDIDATE),
      ...checked.getSemanticDiagnostics(CANDIDATE),
    ];
    return found.map(({ code, text, fileName, pos }) => {
      const line = fileName === CANDIDATE ? `${program.slice(0, pos).split('\n').length}: ` : '';
      return `${line}TS${code}: ${text}`;
    });
  } finally {
    snapshot.dispose();
  }
}

/** Types taken off, what they make (enums, parameter properties) kept; tests that import get it by `require`. */
async function javascriptOf(text, imports) {
  const { code } = await transform(text, {
    loader: 'ts',
    target: 'es2023',
    tsconfigRaw: '{}',
    ...(imports === 'required' && /^\s*import\b/m.test(text) ? { format: 'cjs' } : {}),
  });
  return code;
}

async function checked({ program, setup, tests }) {
  const diagnostics = diagnosticsOf(program);
  if (diagnostics.length > 0) return { diagnostics };
  return {
    program: await javascriptOf(program),
    setup: await javascriptOf(setup, 'required'),
    tests: await javascriptOf(tests, 'required'),
  };
}

// The compiler is started, and the declarations read, before there is a text to wait for it.
diagnosticsOf('');
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await checked(JSON.parse(line));
  } catch (error) {
    answer = { trouble: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
api.close();
