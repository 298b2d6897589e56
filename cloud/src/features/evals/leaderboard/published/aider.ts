import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { whyNotFlat } from './flat-yaml.ts';
import { claimsOf, Day, jsonOf, Model, notSuch, Percent, type Claim, type Parse } from './parsed.ts';

const what = 'leaderboard of Aider (a YAML list of models with pass_rate_1 and pass_rate_2)';

const Count = z.int().min(0).max(1_000_000);
const Entry = z.object({
  model: Model,
  edit_format: z.string().max(64).nullish().catch(undefined),
  test_cases: Count.nullish(),
  pass_rate_1: Percent.nullish(),
  pass_rate_2: Percent.nullish(),
  pass_num_1: Count.nullish(),
  pass_num_2: Count.nullish(),
  total_cost: z.number().min(0).nullish().catch(undefined),
  date: Day.nullish().catch(undefined),
});
type Entry = z.infer<typeof Entry>;

/** Two tries each; what they cost is told of both together. */
export const parseAider: Parse = (content, dataset = 'aider-polyglot') => {
  const entries = z.array(z.unknown()).safeParse(listIn(content));
  if (!entries.success) throw notSuch(what, 'expected a list');
  return claimsOf(
    entries.data.map((value, i) => [nameIn(value) ?? `entry ${i + 1}`, value] as const),
    Entry,
    (entry) => [...claimOf(entry, 1, dataset), ...claimOf(entry, 2, dataset)],
  );
};

function claimOf(entry: Entry, tries: 1 | 2, dataset: string): Claim[] {
  const [percent, passed, n] = [entry[`pass_rate_${tries}`], entry[`pass_num_${tries}`], entry.test_cases];
  if (typeof percent !== 'number') return [];
  return [
    {
      dataset,
      model: entry.edit_format ? `${entry.model} (${entry.edit_format})` : entry.model,
      metric: `pass_rate_${tries}`,
      rate: percent / 100,
      n: n || undefined,
      // A cost of 0 means that it is not known, or was a free preview: no price of nothing.
      costUsd: entry.total_cost || undefined,
      date: entry.date ?? undefined,
      recomputedRate: n && typeof passed === 'number' && passed <= n ? passed / n : undefined,
    },
  ];
}

function listIn(content: string): unknown {
  // YAML takes JSON as well, of which there is a parser that no depth troubles.
  if (content.trimStart().startsWith('[')) return jsonOf(content, what);
  const why = whyNotFlat(content);
  if (why !== undefined) throw notSuch(what, why);
  try {
    // Aliases could unfold a small text into more than fits into memory; keys are compared with all before them.
    return parseYaml(content, { maxAliasCount: 0, uniqueKeys: false, logLevel: 'error' });
  } catch (error) {
    throw notSuch(what, error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'no YAML');
  }
}

const nameIn = (value: unknown) => z.object({ model: z.string().min(1) }).safeParse(value).data?.model;
