import { momentNames, type CalibrationSums, type MeanMoments, type Moments } from '@whetstone/shared/portfolio';
import type { PortfolioReport } from '@whetstone/shared/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import type { ProjectTx } from '../../../platform/db/database.ts';

interface Range {
  from: Date;
  to: Date;
}

/** Of all recommendations of the time. */
export interface Made {
  made: number;
  offline: number;
  explored: number;
  /** Of the newest that names one. */
  incumbent: string | null;
}

/** What the outcomes say of the newest recommendations. Moments as shared/src/portfolio/off-policy.ts adds them up. */
export interface Followed {
  /** How many were looked at. */
  looked: number;
  applied: number;
  overridden: number;
  withoutOutcome: number;
  /** Applied and decided: the model that was recommended has solved or failed. */
  decided: number;
  /** Of those, that were measured against the incumbent, and in which it could have been chosen. */
  against: number;
  possible: number;
  success: PartOfLog;
  cost: PartOfLog;
  calibration: CalibrationSums[];
  kinds: KindTried[];
}

export interface PartOfLog {
  /** Of all that were applied and decided and have the figure. */
  applied: MeanMoments;
  /** Of those in which the incumbent could have been chosen. */
  comparable: Moments;
  /** Applied ones for which something was expected of the incumbent, and the sum of that. */
  expectations: { n: number; sum: number };
}

export interface KindTried {
  taskType: string | null;
  language: string | null;
  complexity: string | null;
  repoId: string | null;
  n: number;
  solved: number;
}

/** A smaller chance weighs so much that nothing can be told by it, and sums of squares would overflow. */
const leastChance = 1e-6;

/** Kinds of tasks, the most frequent ones first, whose best model is looked up. */
const mostKinds = 300;

const Found = z.array(
  z.object({
    model: z.string(),
    at: z.iso.datetime(),
    why: z.string(),
    before: z.number().nullable(),
    after: z.number().nullable(),
  }),
);

/** As `portfolio_state.drift` keeps what was found; what cannot be read is left out. */
const Drift = z.object({ found: Found }).catch({ found: [] });

export const reportRepository = {
  async made({ sql: trx, projectId }: ProjectTx, { from, to }: Range): Promise<Made> {
    const within = sql`project_id = ${projectId} and to_at between ${from} and ${to}`;
    const { rows } = await sql<Made>`
      select coalesce(sum(made), 0)::integer as made, coalesce(sum(offline), 0)::integer as offline,
        coalesce(sum(explored), 0)::integer as explored,
        (select answer ->> 'incumbent'
          from portfolio_recommendation cross join lateral json_array_elements(answers) as answer
          where ${within} and answer ->> 'incumbent' is not null order by to_at desc limit 1) as incumbent
      from portfolio_recommendation where ${within}`.execute(trx);
    return rows[0]!;
  },

  /**
   * Joins recommendations with the attempts that name them. Attempts of models that are in no plan count for nothing but that the
   * recommendation was overridden, where such a one came first. Of a plan that began with the incumbent, what came of the
   * incumbent is what its own attempts came to.
   */
  async followed({ sql: trx, projectId }: ProjectTx, { from, to }: Range, options: Options): Promise<Followed> {
    const { incumbent, most } = options;
    // What comes out of a `with` has no statistics: taken for few rows, two large lists would be compared each with each.
    await sql`set local enable_nestloop = off`.execute(trx);
    // Compiling a hundred sums takes seconds, adding up does not.
    await sql`set local jit = off`.execute(trx);
    const { rows } = await sql<Followed>`
      with batch as materialized (
        select id, answers, entries from (
          select id, answers, entries, sum(made) over (order by to_at desc, id desc) - made as newer
          from portfolio_recommendation where project_id = ${projectId} and to_at between ${from} and ${to}
        ) as counted where newer < ${most}
      ), said as materialized (
        select batch.id as batch, place - 1 as place, answer ->> 'taskType' as task_type, answer ->> 'language' as language,
          answer ->> 'complexity' as complexity, answer ->> 'repoId' as repo_id, answer ->> 'model' as model,
          (answer -> 'plan')::jsonb as plan, answer ->> 'incumbent' as incumbent,
          (answer ->> 'incumbentPropensity')::float8 as chance, (answer ->> 'expectedSuccess')::float8 as expected_success,
          (answer ->> 'incumbentSuccess')::float8 as incumbent_success,
          (answer ->> 'incumbentCostUsd')::float8 as incumbent_cost_usd
        from batch cross join lateral json_array_elements(answers) with ordinality as listed (answer, place)
      ), entered as materialized (
        select batch.id as batch, entry ->> 0 as id, (entry ->> 1)::float8 as at_ms, (entry ->> 2)::integer as place,
          entry ->> 3 as task_id
        from batch cross join lateral json_array_elements(entries) as entry
      ), made as materialized (
        select id, coalesce('t' || task_id, 'r' || id) as cluster, task_type, language, complexity, repo_id, model,
          plan, incumbent, chance, expected_success, incumbent_success, incumbent_cost_usd
        from entered join said using (batch, place) order by at_ms desc limit ${most}
      ), attempted as (
        select made.id, (array_agg(outcome.model order by coalesce(outcome.attempt, 1), outcome.at, outcome.id))[1] as first,
          bool_or(outcome.outcome = 'solved') filter (where isPlanned) as solved,
          bool_or(isDecided) filter (where outcome.model = made.model) as decided,
          bool_or(outcome.outcome = 'solved') filter (where outcome.model = made.model) as own_solved,
          case when not bool_or(isPlanned and isDecided and cost_usd is null)
            then sum(cost_usd) filter (where isPlanned) end as cost,
          case when not bool_or(outcome.model = made.model and isDecided and cost_usd is null)
            then sum(cost_usd) filter (where outcome.model = made.model) end as own_cost
        from made join outcome on outcome.recommendation_id = made.id and outcome.project_id = ${projectId}
          and outcome.recommendation_id is not null,
        lateral (select outcome.model = made.model or made.plan ? outcome.model as isPlanned,
          outcome.outcome in ('solved', 'failed') as isDecided) as said
        group by made.id
      ), followed as materialized (
        select made.*, first is not null as tried, first = made.model as applied, first = made.model and decided as decided,
          solved::integer::float8 as success, own_solved::integer::float8 as own_success, cost, own_cost,
          coalesce(made.incumbent = ${incumbent}, false) as against,
          coalesce(made.incumbent = ${incumbent} and chance >= ${leastChance}, false) as possible,
          case when made.model = made.incumbent and chance >= ${leastChance} then 1 / chance else 0 end as weight
        from made left join attempted using (id)
      ), decided as materialized (select * from followed where decided),
      ${momentsOf('success', sql`success`, sql`own_success`, sql`incumbent_success`)},
      ${momentsOf('cost', sql`cost`, sql`own_cost`, sql`incumbent_cost_usd`)}
      select count(*)::integer as looked,
        (count(*) filter (where applied))::integer as applied,
        (count(*) filter (where tried and not applied))::integer as overridden,
        (count(*) filter (where not tried))::integer as "withoutOutcome",
        (count(*) filter (where decided))::integer as decided,
        (count(*) filter (where decided and against))::integer as against,
        (count(*) filter (where decided and possible))::integer as possible,
        (select of from success_moments) as success,
        (select of from cost_moments) as cost,
        (select coalesce(json_agg(bin_row), '[]') from (
          select least(floor(expected_success * 10), 9)::integer as bin, count(*)::integer as n,
            sum(expected_success) as expected, sum(success) as solved,
            sum((expected_success - success) ^ 2) as "squaredErrors"
          from decided where expected_success is not null group by 1
        ) as bin_row) as calibration,
        (select coalesce(json_agg(kind_row), '[]') from (
          select task_type as "taskType", language, complexity, repo_id as "repoId", count(*)::integer as n,
            sum(success)::integer as solved
          from decided group by 1, 2, 3, 4 order by n desc limit ${mostKinds}
        ) as kind_row) as kinds
      from followed`.execute(trx);
    return rows[0]!;
  },

  /** Changes of models that were told or found, the newest first. */
  async drift({ sql: trx, projectId }: ProjectTx, { from, to }: Range): Promise<PortfolioReport['drift']> {
    const row = await trx
      .selectFrom('portfolio_state')
      .select('drift')
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return Drift.parse(row?.drift)
      .found.filter(({ at }) => new Date(at) >= from && new Date(at) <= to)
      .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  },
};

interface Options {
  incumbent: string | null;
  /** So many of the newest are looked at. */
  most: number;
}

/** Two `with` queries that end in `<name>_moments`, whose one row has a `PartOfLog` as JSON. */
function momentsOf(
  name: string,
  seen: RawBuilder<unknown>,
  ownSeen: RawBuilder<unknown>,
  expected: RawBuilder<unknown>,
) {
  const [rows, clusters, moments] = ['rows', 'clusters', 'moments'].map((part) => sql.ref(`${name}_${part}`));
  return sql`
    ${rows} as (
      select cluster, possible and (weight = 0 or ${ownSeen} is not null) as possible, ${seen} as y, weight as w,
        case when weight = 0 then 0 else weight * ${ownSeen} end as wy,
        ${expected} as told, coalesce(${expected}, avg(${expected}) over (), 0) as e
      from decided where ${seen} is not null
    ), ${clusters} as (
      select count(*)::float8 as n, sum(y) as y, count(told)::float8 as told_n, sum(told) as told,
        count(*) filter (where possible) as possible,
        ${sql.join(
          componentsOf.map(
            ({ of }, i) => sql`coalesce(sum(${of}) filter (where possible), 0)::float8 as ${sql.ref(`x${i}`)}`,
          ),
        )}
      from ${rows} group by cluster
    ), ${moments} as (
      select json_build_object(
        'applied', json_build_object(
          'sums', json_build_object('tasks', ${total(sql`n`)}, 'seen', ${total(sql`y`)}),
          'products', json_build_array(json_build_array(${total(sql`n * n`)}),
            json_build_array(${total(sql`y * n`)}, ${total(sql`y * y`)})),
          'clusters', count(*)),
        'comparable', json_build_object(
          'sums', json_build_object(${sql.join(
            componentsOf.map((component, i) => sql`${sql.lit(component.name)}, ${total(x(i))}`),
          )}),
          'products', json_build_array(${sql.join(
            componentsOf.map(
              (_, i) =>
                sql`json_build_array(${sql.join(
                  Array.from({ length: i + 1 }, (__, j) => total(sql`${x(i)} * ${x(j)}`)),
                )})`,
            ),
          )}),
          'clusters', count(*) filter (where possible > 0)),
        'expectations', json_build_object('n', ${total(sql`told_n`)}, 'sum', ${total(sql`told`)})
      ) as of from ${clusters}
    )`;
}

const x = (component: number) => sql.ref(`x${component}`);
const total = (of: RawBuilder<unknown>) => sql`coalesce(sum(${of}), 0)`;

const ofComponent = {
  tasks: sql`1`,
  seen: sql`y`,
  weight: sql`w`,
  weightedSeen: sql`wy`,
  expected: sql`e`,
  weightedExpected: sql`w * e`,
};
const componentsOf = momentNames.map((name) => ({ name, of: ofComponent[name] }));
