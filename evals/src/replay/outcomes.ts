import { basename } from 'node:path';
import { z } from 'zod';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Likeness } from '@whetstone/shared/portfolio';
import { parseRow, rowsOf, type FileContent } from '../datasets/read-rows.ts';

/** What one model made of one task. */
export interface Result {
  solved: boolean;
  /** US dollars; undefined is unknown, never free. */
  costUsd: number | undefined;
  timeMs: number | undefined;
}

/** What is known of a task before anybody works on it. */
export interface TaskFacts {
  likeness: Likeness;
  /** Lines of code. */
  repoSize: number | undefined;
  /** How long the text is that describes the task, in characters. */
  issueChars: number | undefined;
}

export interface ReplayTask extends TaskFacts {
  id: string;
  /** By the index of the model; undefined where it did not try the task. */
  results: (Result | undefined)[];
}

/** Who solved what at which cost: a table in which pairs of task and model may be missing. */
export interface Outcomes {
  models: readonly string[];
  tasks: readonly ReplayTask[];
}

const text = z.string().min(1).nullish();
const amount = z.number('expected a number').nonnegative('expected no negative number').nullish();

const OutcomeRow = z.object({
  task_id: z.string().min(1),
  model: z.string().min(1).max(256),
  success: z.union([z.literal(0), z.literal(1)], 'expected 0 or 1'),
  cost_usd: amount,
  time_ms: amount,
  repo: text,
  language: text,
  task_type: text,
  complexity: text,
  repo_size: amount,
  issue_chars: amount,
});
type OutcomeRow = z.infer<typeof OutcomeRow>;

/** Columns that say something of the task: all of its rows must say the same. */
const ofTheTask = ['repo', 'language', 'task_type', 'complexity', 'repo_size', 'issue_chars'] as const;

/** Throws a WhetstoneError `invalid` that names file, line and field. Columns that are not known are ignored. */
export function outcomesIn(content: FileContent): Outcomes {
  refuseNoNumbers(content);
  const models = new Map<string, number>();
  const tasks = new Map<string, { row: OutcomeRow; at: string; task: ReplayTask }>();
  for (const raw of rowsOf(content)) {
    const row = parseRow(OutcomeRow, raw);
    const model = models.get(row.model) ?? models.size;
    models.set(row.model, model);
    const known = tasks.get(row.task_id);
    if (known) refuseOtherFacts(known, { row, at: raw.at });
    const task = known?.task ?? taskOf(row);
    if (!known) tasks.set(row.task_id, { row, at: raw.at, task });
    if (task.results[model])
      throw new WhetstoneError('invalid', `${raw.at}: model: ${row.model} has a row of ${row.task_id} already`);
    task.results[model] = {
      solved: row.success === 1,
      costUsd: row.cost_usd ?? undefined,
      timeMs: row.time_ms ?? undefined,
    };
  }
  if (tasks.size === 0) throw new WhetstoneError('invalid', `${basename(content.path)}: holds no outcome`);
  return { models: [...models.keys()], tasks: [...tasks.values()].map(({ task }) => task) };
}

const taskOf = (row: OutcomeRow): ReplayTask => ({
  id: row.task_id,
  likeness: {
    taskType: row.task_type ?? undefined,
    language: row.language ?? undefined,
    complexity: row.complexity ?? undefined,
    repoId: row.repo ?? undefined,
  },
  repoSize: row.repo_size ?? undefined,
  issueChars: row.issue_chars ?? undefined,
  results: [],
});

interface PlacedRow {
  row: OutcomeRow;
  at: string;
}

function refuseOtherFacts(known: PlacedRow, next: PlacedRow) {
  for (const field of ofTheTask)
    if ((known.row[field] ?? null) !== (next.row[field] ?? null))
      throw new WhetstoneError(
        'invalid',
        `${next.at}: ${field}: another one than at ${known.at}, which is of the same task`,
      );
}

/** Python writes NaN and Infinity where JSON has no word for them; of such a row the field is worth naming. */
function refuseNoNumbers({ path, text: lines }: FileContent) {
  for (const [index, line] of lines.split('\n').entries()) {
    const found = /"(\w+)"\s*:\s*(-?(?:NaN|Infinity))\s*[,}]/.exec(line);
    if (found && !isJson(line))
      throw new WhetstoneError(
        'invalid',
        `${basename(path)}, line ${index + 1}: ${found[1]}: ${found[2]} is no number`,
      );
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
