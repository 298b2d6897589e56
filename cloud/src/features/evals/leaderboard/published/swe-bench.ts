import { z } from 'zod';
import { claimsOf, Day, jsonOf, Model, notSuch, Percent, type Parse } from './parsed.ts';

const what = 'leaderboards.json of SWE-bench (leaderboards, each with its results)';

const Board = z.object({ name: z.string().trim().min(1).max(64), results: z.array(z.unknown()) });
const File = z.object({ leaderboards: z.array(Board) });

const Entry = z.object({
  name: Model,
  resolved: Percent,
  date: Day.nullish().catch(undefined),
  cost: z.number().min(0).nullish().catch(undefined),
  per_instance_details: z
    .record(z.string(), z.object({ resolved: z.boolean() }))
    .nullish()
    .catch(undefined),
});

/** By the name of the leaderboard in lower case. "Test" is the whole of SWE-bench. */
const datasets: Record<string, { dataset: string; n?: number }> = {
  lite: { dataset: 'swe-bench-lite', n: 300 },
  verified: { dataset: 'swe-bench-verified', n: 500 },
  test: { dataset: 'swe-bench', n: 2_294 },
};

export const parseSweBench: Parse = (content) => {
  const file = File.safeParse(jsonOf(content, what));
  if (!file.success) throw notSuch(what, file.error.issues[0]?.message ?? 'another shape');
  const parts = file.data.leaderboards.map(({ name, results }) => {
    const of = datasetOf(name);
    return claimsOf(
      results.map((value, i) => [nameIn(value) ?? `${name} ${i + 1}`, value] as const),
      Entry,
      ({ name: model, resolved, date, cost, per_instance_details: details }) => {
        const verdicts = Object.values(details ?? {});
        return [
          {
            dataset: of.dataset,
            model,
            metric: '% resolved',
            rate: resolved / 100,
            // Of the whole data set: an instance without a word about it was not resolved.
            n: of.n ?? (verdicts.length || undefined),
            // As with other publishers, nothing paid is nothing known.
            costUsd: cost || undefined,
            date: date ?? undefined,
            recomputedRate:
              verdicts.length > 0
                ? verdicts.filter((verdict) => verdict.resolved).length / (of.n ?? verdicts.length)
                : undefined,
          },
        ];
      },
    );
  });
  return { claims: parts.flatMap(({ claims }) => claims), skipped: parts.flatMap(({ skipped }) => skipped) };
};

function datasetOf(name: string): { dataset: string; n?: number } {
  const key = name.toLowerCase();
  if (Object.hasOwn(datasets, key)) return datasets[key]!;
  const slug = key.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  return { dataset: `swe-bench-${slug || 'other'}`.slice(0, 64) };
}

const nameIn = (value: unknown) => z.object({ name: z.string().min(1) }).safeParse(value).data?.name;
