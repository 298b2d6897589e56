import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { At, RunId, ShortText } from './common.ts';
import { EvalRunRequest } from './runs.ts';

export const EvalSchedule = z.object({
  id: z.uuid(),
  name: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  run: EvalRunRequest,
  enabled: z.boolean(),
  nextAt: At.nullable().describe('null while it is off'),
  lastRunId: RunId.nullable(),
  lastProblem: z
    .string()
    .nullable()
    .describe('Why the last occurrence started no run, or what was wrong though it did: its flag is gone'),
  createdAt: At,
  updatedAt: At,
});
export type EvalSchedule = z.infer<typeof EvalSchedule>;

const tag = 'evals';
const errors = ['not_found', 'conflict'] as const;
const fields = {
  name: ShortText,
  cron: z
    .string()
    .min(1)
    .max(128)
    .describe(
      'Five fields (minute hour day month weekday), at least 5 minutes apart; or nightly (03:00), weekly (Monday 03:00), hourly',
    ),
  timeZone: z.string().min(1).max(64).default('UTC').describe('IANA name, e.g. Europe/Berlin'),
  run: EvalRunRequest,
  enabled: z.boolean().default(true),
};

export const evalSchedules = {
  createEvalSchedule: operation({
    method: 'POST',
    path: '/api/eval/schedules',
    summary:
      'Run again and again; a local time that the clock leaps over comes as much later, one that comes twice counts once',
    tag,
    role: 'editor',
    status: 201,
    input: z.strictObject(fields),
    output: EvalSchedule,
    idempotent: true,
    errors: ['not_found', 'conflict'],
  }),
  listEvalSchedules: operation({
    method: 'GET',
    path: '/api/eval/schedules',
    summary: 'Schedules, newest first',
    tag,
    role: 'viewer',
    input: z.object(pageInput),
    output: pageOf(EvalSchedule),
  }),
  getEvalSchedule: operation({
    method: 'GET',
    path: '/api/eval/schedules/:id',
    summary: 'One schedule',
    tag,
    role: 'viewer',
    input: z.object({ id: z.uuid() }),
    output: EvalSchedule,
    errors: ['not_found'],
  }),
  putEvalSchedule: operation({
    method: 'PUT',
    path: '/api/eval/schedules/:id',
    summary: 'Replace a schedule',
    tag,
    role: 'editor',
    input: z.strictObject({ id: z.uuid(), ...fields }),
    output: EvalSchedule,
    errors,
  }),
  deleteEvalSchedule: operation({
    method: 'DELETE',
    path: '/api/eval/schedules/:id',
    summary: 'Delete a schedule; its runs stay',
    tag,
    role: 'editor',
    input: z.object({ id: z.uuid() }),
    output: z.object({ id: z.uuid() }),
    errors: ['not_found'],
  }),
  runEvalSchedule: operation({
    method: 'POST',
    path: '/api/eval/schedules/:id/run',
    summary: 'Run it now, beside its times',
    tag,
    role: 'agent',
    status: 202,
    input: z.strictObject({ id: z.uuid() }),
    output: z.object({ runId: RunId }),
    idempotent: true,
    errors: ['not_found', 'conflict', 'rate_limited'],
  }),
};
