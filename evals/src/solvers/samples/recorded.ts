import { z } from 'zod';
import { WhetstoneError } from '@whetstone/shared/errors';
import { parseRow, rowsOf, type FileContent, type Row } from '../../datasets/read-rows.ts';

export type SamplesFormat = 'human-eval' | 'evalplus-results' | 'swe-bench-predictions' | 'swe-bench-report';

/** A recorded answer as its file has it, before it is known which problem it answers. */
export interface Recorded {
  at: string;
  id: string;
  /** Another id that the row gives itself: it must not mean another problem. */
  alias?: string | undefined;
  /** What is graded; absent in reports that carry verdicts alone. */
  text?: string;
  /** `completion` continues the prompt; `solution` may be the whole program or only the body, as its publishers have it. */
  field: 'completion' | 'solution' | 'patch';
  entryPoint?: string | undefined;
  prompt?: string | undefined;
  /** The publisher's own verdict. */
  passed?: boolean | undefined;
}

export interface Recording {
  format: SamplesFormat;
  samples: Recorded[];
}

const Id = z.union([z.string().min(1), z.int()]).transform(String);

const FunctionRow = z
  .object({
    task_id: Id.optional(),
    // MultiPL-E's word for it.
    name: Id.optional(),
    completion: z.string().optional(),
    solution: z.string().optional(),
    entry_point: z.string().nullish(),
    prompt: z.string().nullish(),
    is_solved: z.boolean().nullish(),
    // What human-eval's own grader adds.
    passed: z.boolean().nullish(),
  })
  .refine((row) => row.task_id !== undefined || row.name !== undefined, {
    path: ['task_id'],
    message: 'missing: which problem does this row answer?',
  })
  .refine((row) => row.completion !== undefined || row.solution !== undefined, {
    path: ['completion'],
    message: 'missing, and so is "solution": there is no answer in this row',
  })
  .refine(({ is_solved, passed }) => (is_solved ?? passed) === (passed ?? is_solved), {
    path: ['passed'],
    message: 'contradicts "is_solved"',
  });

const PredictionRow = z.object({
  instance_id: z.string().min(1),
  model_name_or_path: z.string(),
  model_patch: z.string().nullable(),
});

const EvalPlusResults = z.object({
  eval: z.record(
    z.string(),
    z.array(
      z.object({ task_id: Id.optional(), solution: z.string(), base_status: z.enum(['pass', 'fail', 'timeout']) }),
    ),
  ),
});

const SweBenchReport = z
  .object({
    resolved: z.array(z.string().min(1)),
    stats: z.object({ resolved: z.int().optional() }).optional(),
  })
  .refine(({ resolved }) => new Set(resolved).size === resolved.length, {
    path: ['resolved'],
    message: 'lists an instance twice',
  })
  .refine(({ resolved, stats }) => (stats?.resolved ?? resolved.length) === resolved.length, {
    path: ['stats.resolved'],
    message: 'is not how many "resolved" lists',
  });

export function recordingOf(content: FileContent): Recording {
  const whole = wholeObject(content.text);
  if (whole && 'eval' in whole) return evalPlusResults({ value: whole, at: content.path });
  if (whole && 'resolved' in whole) return sweBenchReport({ value: whole, at: content.path });
  const rows = rowsOf(content);
  const [first] = rows;
  if (!first) throw new WhetstoneError('invalid', `${content.path} is empty`);
  const isPrediction = typeof first.value === 'object' && first.value !== null && 'instance_id' in first.value;
  return isPrediction
    ? { format: 'swe-bench-predictions', samples: rows.map(prediction) }
    : { format: 'human-eval', samples: rows.map(functionSample) };
}

function functionSample(row: Row): Recorded {
  const { task_id, name, completion, solution, entry_point, prompt, is_solved, passed } = parseRow(FunctionRow, row);
  return {
    at: row.at,
    id: (task_id ?? name)!,
    alias: task_id === undefined ? undefined : name,
    text: (solution ?? completion)!,
    field: solution === undefined ? 'completion' : 'solution',
    entryPoint: entry_point ?? undefined,
    prompt: prompt ?? undefined,
    passed: is_solved ?? passed ?? undefined,
  };
}

function prediction(row: Row): Recorded {
  const { instance_id, model_patch } = parseRow(PredictionRow, row);
  return { at: row.at, id: instance_id, text: model_patch ?? '', field: 'patch' };
}

/** EvalPlus writes what it graded beside its verdicts; `base_status` is about the tests of the data set, `plus` about its own. */
function evalPlusResults(row: Row): Recording {
  const results = parseRow(EvalPlusResults, row).eval;
  const samples = Object.entries(results).flatMap(([id, runs]) =>
    runs.map(({ task_id, solution, base_status }, index): Recorded => ({
      at: `${row.at}, eval.${id}.${index}`,
      id,
      alias: task_id,
      text: solution,
      field: 'solution',
      passed: base_status === 'pass',
    })),
  );
  if (samples.length === 0) throw new WhetstoneError('invalid', `${row.at}: eval: is empty`);
  return { format: 'evalplus-results', samples };
}

/** Lists what was resolved; all else of the data set was not. */
function sweBenchReport(row: Row): Recording {
  const { resolved } = parseRow(SweBenchReport, row);
  return {
    format: 'swe-bench-report',
    samples: resolved.map((id, index) => ({ at: `${row.at}, resolved.${index}`, id, field: 'patch', passed: true })),
  };
}

/** A file that is one JSON object, as reports are; a file of a single row is not. */
function wholeObject(text: string): object | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
