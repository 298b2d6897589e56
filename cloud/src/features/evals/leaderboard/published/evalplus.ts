import { z } from 'zod';
import { claimsOf, jsonOf, Model, notSuch, Percent, type Parse } from './parsed.ts';

const what = 'results.json of EvalPlus (models, each with its pass@1)';

/**
 * EvalPlus asks HumanEval's own problems, and again with more tests; its MBPP is a selection of its own, so that neither of
 * MBPP's figures stands beside a run of mbpp or mbpp-sanitized.
 */
const datasets: Record<string, { dataset: string; n?: number }> = {
  humaneval: { dataset: 'humaneval', n: 164 },
  'humaneval+': { dataset: 'humaneval-plus', n: 164 },
  mbpp: { dataset: 'mbpp-evalplus' },
  'mbpp+': { dataset: 'mbpp-plus' },
};

const Entry = z.object({ 'pass@1': z.record(z.string(), Percent.nullable()) });
const File = z.record(z.string(), z.unknown());

export const parseEvalPlus: Parse = (content) => {
  const file = File.safeParse(jsonOf(content, what));
  if (!file.success) throw notSuch(what, 'expected an object of models');
  const entries = Object.entries(file.data);
  const [unnamed, named] = [entries.filter(([name]) => !isModel(name)), entries.filter(([name]) => isModel(name))];
  const { claims, skipped } = claimsOf(named, Entry, ({ 'pass@1': rates }, model) =>
    Object.entries(rates).flatMap(([name, percent]) =>
      percent !== null && Object.hasOwn(datasets, name)
        ? [{ ...datasets[name]!, model: model.trim(), metric: 'pass@1', rate: percent / 100 }]
        : [],
    ),
  );
  return { claims, skipped: [...unnamed.map(([name]) => `"${name.slice(0, 40)}": no name of a model`), ...skipped] };
};

const isModel = (name: string) => Model.safeParse(name).success;
