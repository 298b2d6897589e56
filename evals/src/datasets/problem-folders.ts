import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import { WhetstoneError } from '@whetstone/shared/errors';
import { assetPath } from '../assets.ts';
import type { Dataset, FunctionProblem } from '../problem.ts';
import { parseRow } from './read-rows.ts';

/**
 * A folder per problem, made to be read and edited by people:
 *
 *     <id>/problem.toml     title, language, difficulty, tags, entry_point
 *     <id>/prompt.md        what is asked
 *     <id>/reference.py|ts  an answer that passes
 *     <id>/tests.py|mjs     tests that import from the reference, so that they run by themselves too
 */
const ProblemFile = z.strictObject({
  title: z.string().min(1),
  language: z.enum(['python', 'javascript', 'typescript']),
  difficulty: z.enum(['easy', 'medium', 'hard']),
  tags: z.array(z.string().min(1)).default([]),
  entry_point: z.string().min(1),
  /** What tests call besides the entry point. */
  calls: z.array(z.string().min(1)).default([]),
  /** Classes among them whose objects tests hold. */
  handles: z.array(z.string().min(1)).default([]),
});

const filesOf = {
  python: { reference: 'reference.py', tests: 'tests.py' },
  javascript: { reference: 'reference.mjs', tests: 'tests.mjs' },
  typescript: { reference: 'reference.ts', tests: 'tests.mjs' },
} as const;

/** Three seconds of wall time would judge a busy laptop instead of the candidate: these start a compiler too. */
const timeoutMs = 10_000;

/** The problems that ship with the package. */
export const loadStarter = async (): Promise<Dataset> => ({
  ...(await loadProblemFolders(assetPath('datasets/starter'))),
  name: 'starter',
});

export async function loadProblemFolders(folder: string): Promise<Dataset> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found = await Promise.all(names.toSorted().map((name) => readProblem(join(folder, name))));
  const problems = found.filter((problem) => problem !== undefined);
  if (problems.length === 0)
    throw new WhetstoneError('not_found', `${folder} holds no problems: neither folders with a problem.toml nor tasks`);
  const hash = createHash('sha256');
  for (const { bytes } of problems) for (const part of bytes) hash.update(part);
  return {
    name: folder,
    sha256: hash.digest('hex'),
    problems: problems.map(({ problem }) => problem),
    preamble: {},
    timeoutMs,
  };
}

async function readProblem(folder: string): Promise<{ problem: FunctionProblem; bytes: Buffer[] } | undefined> {
  const manifest = await readFile(join(folder, 'problem.toml')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!manifest) return undefined;
  const id = basename(folder);
  const at = `${id}/problem.toml`;
  const { title, language, difficulty, tags, entry_point, calls, handles } = parseRow(ProblemFile, {
    value: tomlOf(manifest.toString(), at),
    at,
  });
  const files = ['prompt.md', filesOf[language].reference, filesOf[language].tests] as const;
  const [prompt, reference, tests] = await Promise.all([
    read(folder, files[0]),
    read(folder, files[1]),
    read(folder, files[2]),
  ]);
  return {
    bytes: [manifest, prompt, reference, tests],
    problem: {
      kind: 'function',
      id,
      language,
      entryPoint: entry_point,
      prompt: `# ${title}\n\n${prompt.toString().trim()}\n`,
      calls: [...new Set([entry_point, ...calls])],
      handles,
      setup: '',
      tests: withoutImports(tests.toString(), language),
      reference: reference.toString(),
      sameProcess: false,
      tags: [difficulty, language, ...tags],
    },
  };
}

/** In a run the names under test come from the candidate and `assert` from the driver. */
const withoutImports = (tests: string, language: FunctionProblem['language']) =>
  language === 'python'
    ? tests.replaceAll(/^from reference import .*\n/gm, '')
    : tests.replaceAll(/^import (?:assert|\{[^}]*\}) from '(?:node:assert\/strict|\.\/reference\.[a-z]+)';\n/gm, '');

async function read(folder: string, file: string): Promise<Buffer> {
  return readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
    throw new WhetstoneError('invalid', `${basename(folder)}/${file} cannot be read: ${error.message}`, {
      cause: error,
    });
  });
}

function tomlOf(text: string, at: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new WhetstoneError('invalid', `${at}: ${reason}`, { cause: error });
  }
}
