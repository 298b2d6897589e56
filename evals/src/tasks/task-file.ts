import { readInput } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { lineOf } from './toml-line.ts';

export const testParsers = ['vitest-json', 'jest-json', 'pytest-junit', 'tap', 'go-json', 'exit-code'] as const;
export type TestParser = (typeof testParsers)[number];

const globs = z.array(z.string().min(1));
const testIds = z.array(z.string().min(1)).refine((ids) => new Set(ids).size === ids.length, 'names a test twice');
const text = z.string().min(1);

/** A path within the repository: it cannot lead out of it. */
const inside = z
  .string()
  .refine((path) => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'), 'must lie within the repository');

const schema = z.strictObject({
  schema: z.literal('1'),
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'lower-case letters, digits, dots and dashes, at most 100'),
  title: text,
  difficulty: z.enum(['easy', 'medium', 'hard']),
  language: text,
  type: z.enum(['bugfix', 'feature', 'refactor', 'test']),
  tags: z.array(text).default([]),
  /** Tasks of one repository are not independent of each other: standard errors mind the cluster. */
  cluster: text.optional(),
  repo: z.strictObject({
    /** A repository or a bundle of one, relative to the task's folder; `.` is the repository that holds the task. */
    git: text,
    base_commit: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'a whole commit hash'),
    /** Where commands run. */
    subdir: inside.default(''),
  }),
  env: z
    .strictObject({
      runtime: z
        .string()
        .regex(/^(node\d*|python3|go|sh|e2b:[\w.-]+)$/, 'node20, python3, go, sh or e2b:<template>')
        .default('sh'),
      /** Run before the tests, without a network like everything else. */
      setup: z.array(text).default([]),
      /** Folders of the checkout that are lent read-only (`node_modules`): what a command needs and cannot download. */
      deps: z.array(inside.refine((path) => path !== '', 'names a folder')).default([]),
      network: z.literal(false, 'tests of a task run without a network').default(false),
      /** For remote sandboxes; here the machine's are shared. */
      cpus: z.number().positive().max(64).default(1),
      memory_mb: z.int().min(64).max(65_536).default(2048),
      env: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not a name of a variable'), z.string())
        .default({ TZ: 'UTC', PYTHONHASHSEED: '0' }),
    })
    .prefault({}),
  tests: z.strictObject({
    /** Run by `sh -c`; a report it writes goes to the file "$WHETSTONE_REPORT", else its stdout is read. */
    command: text,
    parser: z.enum(testParsers),
    fail_to_pass: testIds.default([]),
    pass_to_pass: testIds.default([]),
    /** What an answer cannot change: these files stand as the base and test.patch have them. */
    protected: globs.default([]),
    timeout_s: z.number().positive().max(86_400).default(300),
    /** How often grading is tried again after trouble that was not the answer's. */
    retries: z.int().min(0).max(10).default(0),
    /** Tests that did not answer the same each time, and how often they passed: left out of the verdict. */
    quarantine: z.array(z.strictObject({ test: text, base: text, gold: text })).default([]),
  }),
  limits: z
    .strictObject({
      /** What a `command` subject has to answer. */
      wall_s: z.number().positive().max(86_400).default(1800),
      max_cost_usd: z.number().positive().optional(),
      max_turns: z.int().positive().optional(),
    })
    .prefault({}),
  provenance: z.strictObject({
    source_commit: text.optional(),
    author: text.optional(),
    created_at: text.optional(),
    licence: text.optional(),
    /** A text that stands nowhere else: found in a model's answer, the task was in its training. */
    canary: text.optional(),
    /** Set by `task validate`, over everything in the folder: a task that was changed since is not graded. */
    content_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  }),
});

export type TaskFile = z.output<typeof schema>;

/** Reads task.toml; what is wrong is named with its line. */
export function parseTaskFile(source: string, file: string): TaskFile {
  let document: unknown;
  try {
    document = parse(source);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new WhetstoneError('invalid', `${file}:${error.line}: ${error.message.split('\n', 1)[0]}`);
  }
  const read = readInput(schema, document);
  if ('data' in read) return read.data;
  const complaints = read.complaints.map(({ path, message }) => {
    const line = lineOf(source, path);
    return `${file}${line === undefined ? '' : `:${line}`}: ${path.map(String).join('.')}: ${message}`;
  });
  throw new WhetstoneError('invalid', complaints.join('\n'));
}
