import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { DatasetName, At } from './common.ts';

const TaskFiles = z
  .record(z.string().min(1).max(256), z.string().max(900_000))
  .describe('Files of one task by name: task.toml, instruction.md, test.patch, gold.patch; a git bundle in base64');

export const EvalDataset = z.object({
  name: z.string(),
  source: z.enum(['built-in', 'server folder', 'project']),
  problemCount: z.int().nullable().describe('null when it was never loaded'),
  sha256: z.string().nullable(),
  isAvailable: z.boolean(),
  detail: z.string().describe('What it is, or why it is not available'),
  createdAt: At.nullable(),
});
export type EvalDataset = z.infer<typeof EvalDataset>;

const tag = 'evals';

export const evalDatasets = {
  createEvalDataset: operation({
    method: 'POST',
    path: '/api/eval/datasets',
    summary: 'Register repository tasks of the project as a data set; a later one of the same name is its next version',
    tag,
    role: 'editor',
    status: 201,
    input: z.strictObject({
      name: DatasetName,
      tasks: z
        .record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/), TaskFiles)
        .refine((tasks) => Object.keys(tasks).length >= 1 && Object.keys(tasks).length <= 500, 'takes 1 to 500 tasks'),
    }),
    output: EvalDataset,
    idempotent: true,
    errors: ['conflict'],
  }),
  listEvalDatasets: operation({
    method: 'GET',
    path: '/api/eval/datasets',
    summary: 'Data sets that runs can name, and why some are not available',
    tag,
    role: 'viewer',
    input: z.object(pageInput),
    output: pageOf(EvalDataset),
  }),
  deleteEvalDataset: operation({
    method: 'DELETE',
    path: '/api/eval/datasets/:name',
    summary: 'Delete a data set of the project; its runs and results stay',
    tag,
    role: 'editor',
    input: z.object({ name: DatasetName }),
    output: z.object({ name: z.string() }),
    errors: ['not_found', 'conflict'],
  }),
};
