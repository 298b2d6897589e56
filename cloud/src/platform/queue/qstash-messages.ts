import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import type { JobDefinition } from './job.ts';
import type { JobRecord } from './queue.ts';

export interface Timing {
  /** How long a run stays with a server that no longer answers. */
  leaseMs: number;
  /** After so long without a run that ended, a message is published again; it must be longer than any retry of QStash takes. */
  republishMs: number;
  /** The first pause before publishing again what could not be published or delivered; it doubles, up to ten minutes. */
  backoffMs: number;
}

export interface Unpublished {
  id: string;
  name: string;
  /** How often it was published before. */
  publications: number;
  startAfter: Date;
  isLater: boolean;
}

/** A run under way. Its attempt tells it from the one of a server that took over. */
export interface Claimed {
  id: string;
  name: string;
  projectId: string | null;
  input: unknown;
  attempt: number;
}

export type Standing =
  | { state: 'unknown' | 'completed' | 'failed' }
  | { state: 'queued' | 'retrying' | 'running'; waitS: number; hasLapsed: boolean };

/** QStash takes no delay beyond a week on its smallest plan: what starts later is published when its time is near. */
const longestDelayMs = 6 * 24 * 3_600_000;
/** Whoever has a message in hand for publishing is taken for dead after this. */
const publishingMs = 60_000;

const seconds = (ms: number) => `interval '${ms} milliseconds'`;

/** The rows of the messages, which are the truth: what is delivered is only asked to run what they say. */
export function messageRows(database: Database, { leaseMs, republishMs, backoffMs }: Timing) {
  const lease = seconds(leaseMs);
  const backoff = `least(600, ${backoffMs / 1_000} * 2 ^ least(publications, 16)) * interval '1 second'`;
  /** A lease that ends too far ahead was given by a clock that has been set back since. */
  const lapsed = `(lease_until < now() or lease_until > now() + 2 * ${lease})`;
  const mine = `from unnest($1::uuid[], $2::int[]) as mine (id, attempts)
    where message.id = mine.id and message.attempts = mine.attempts and message.state = 'running'`;
  const pause = `now() + retry_delay_s * (1 + case when retry_doubles
    then 2 ^ least(message.attempts - 1, 16) - 1 + random() / 4 else 0 end) * interval '1 second'`;
  const failing = (sentence: string) => `
    state = case when message.attempts <= retry_limit then 'retrying' else 'failed' end,
    finished_at = case when message.attempts <= retry_limit then null else now() end,
    last_error = ${sentence},
    start_after = ${pause}`;

  const idsOf = (runs: Pick<Claimed, 'id' | 'attempt'>[]) => [
    runs.map(({ id }) => id),
    runs.map(({ attempt }) => attempt),
  ];
  const execute = async (text: string, parameters: unknown[] = []) => (await database.execute(text, parameters)).rows;

  return {
    async insert(
      { sql: trx }: Tx,
      { name, retries }: Pick<JobDefinition, 'name' | 'retries'>,
      message: {
        id: string;
        input: unknown;
        projectId: string | undefined;
        onceKey: string | undefined;
        startAfter: Date | undefined;
        /** Not before this, where it will be run without being published. */
        publishAfter?: Date;
      },
    ): Promise<string> {
      const near = message.startAfter && new Date(message.startAfter.getTime() - longestDelayMs);
      const { rows } = await sql<{ id: string }>`
        select send_message(
          ${message.id}::uuid, ${name}, ${message.projectId ?? null}::uuid, ${JSON.stringify(message.input)}::jsonb,
          ${message.onceKey ?? null}, ${message.startAfter ?? null}::timestamptz,
          ${message.publishAfter ?? near ?? null}::timestamptz,
          ${retries.limit}::int, ${retries.delayS}::double precision, ${retries.backoff === 'exponential'}::boolean
        ) as id`.execute(trx);
      return rows[0]!.id;
    },

    /** Takes messages in hand that are to be published, the oldest first. */
    async takeUnpublished(names: string[], limit: number): Promise<Unpublished[]> {
      const rows = await execute(
        `update whetstone_queue.message set publish_after = now() + ${seconds(publishingMs)}
          where id in (
            select id from whetstone_queue.message
            where state in ('queued', 'retrying') and name = any($1)
              and (publish_after <= now() or published_at > now() + interval '5 seconds')
            order by publish_after, id limit $2 for update skip locked
          )
          returning id, name, publications, start_after as "startAfter", start_after > now() and coalesce(started_at <= now() + interval '5 seconds', true) as "isLater"`,
        [names, limit],
      );
      return rows as unknown as Unpublished[];
    },

    /** Not of one that the service has given up meanwhile, which is to be published again sooner. */
    async published(messages: Pick<Unpublished, 'id' | 'publications'>[]) {
      await execute(
        `update whetstone_queue.message set published_at = now(), publications = message.publications + 1,
          publish_after = greatest(now(), start_after) + ${seconds(republishMs)}
          from unnest($1::uuid[], $2::int[]) as mine (id, publications)
          where message.id = mine.id and message.publications = mine.publications`,
        [messages.map(({ id }) => id), messages.map(({ publications }) => publications)],
      );
    },

    /** The publishing failed: another time. */
    async putBack(ids: string[], inMs: number) {
      await execute(`update whetstone_queue.message set publish_after = now() + ${seconds(inMs)} where id = any($1)`, [
        ids,
      ]);
    },

    /** The service has given this publication up. Resolves with whether the message has failed for good. */
    async givenUp(id: string, publication: number, dlqId: string | undefined): Promise<boolean> {
      const rows = await execute(
        `update whetstone_queue.message set publications = $2 + 1,
          dlq_id = case when state = 'failed' then $3 else dlq_id end,
          publish_after = case when state = 'failed' then publish_after else greatest(start_after, now() + ${backoff}) end
          where id = $1 and publications in ($2, $2 + 1) and state in ('queued', 'retrying', 'failed')
          returning state`,
        [id, publication, dlqId ?? null],
      );
      return rows[0]?.['state'] === 'failed';
    },

    /** Begins a run of a message that is due; of several servers one gets it. */
    async claim(id: string, name: string): Promise<Claimed | undefined> {
      const rows = await execute(
        `update whetstone_queue.message set state = 'running', attempts = attempts + 1, started_at = now(),
          lease_until = now() + ${lease}
          where id = $1 and name = $2 and state in ('queued', 'retrying')
            and (start_after <= now() or started_at > now() + interval '5 seconds')
          returning id, name, project_id as "projectId", input, attempts as attempt`,
        [id, name],
      );
      return rows[0] as unknown as Claimed | undefined;
    },

    /** How a message stands that cannot be claimed. */
    async standing(id: string, name: string): Promise<Standing> {
      const [row] = await execute(
        `select state, state = 'running' and ${lapsed} as "hasLapsed",
          greatest(0, extract(epoch from case when state = 'running' then lease_until else start_after end - now()))::float8
            as "waitS"
          from whetstone_queue.message where id = $1 and name = $2`,
        [id, name],
      );
      return (row as unknown as Standing | undefined) ?? { state: 'unknown' };
    },

    /** Holds on; resolves with the ids that are no longer ours. */
    async extend(runs: Claimed[]): Promise<string[]> {
      const rows = await execute(
        `update whetstone_queue.message set lease_until = now() + ${lease} ${mine} returning message.id`,
        idsOf(runs),
      );
      const kept = new Set(rows.map(({ id }) => id));
      return runs.map(({ id }) => id).filter((id) => !kept.has(id));
    },

    /** Writes down that a run completed; not of one that another server took over. */
    async complete(run: Claimed) {
      await execute(
        `update whetstone_queue.message set state = 'completed', finished_at = now(), last_error = null ${mine}`,
        idsOf([run]),
      );
    },

    /** Writes down that a run failed; resolves with the pause before the next one, undefined when there is none. */
    async fail(run: Claimed, sentence: string): Promise<number | undefined> {
      const [row] = await execute(
        `update whetstone_queue.message set ${failing('$3')}, publish_after = ${pause} + ${seconds(republishMs)}
          ${mine} returning message.state, extract(epoch from start_after - now())::float8 as "pauseS"`,
        [...idsOf([run]), sentence],
      );
      return row?.['state'] === 'failed' ? undefined : Number(row?.['pauseS'] ?? 0);
    },

    /** As if they had never been claimed: the run does not count. */
    async handBack(runs: Claimed[]) {
      await execute(
        `update whetstone_queue.message set
          state = case when message.attempts = 1 then 'queued' else 'retrying' end, attempts = message.attempts - 1,
          started_at = case when message.attempts > 1 then started_at end, start_after = timestamptz 'epoch',
          publish_after = now() + ${backoff} ${mine}`,
        idsOf(runs),
      );
    },

    /** Fails the runs that nobody holds on to any more, or all where no other process can hold one, and hands them out again. */
    async reclaim({ all }: { all: boolean }) {
      await execute(
        `update whetstone_queue.message set ${failing("'the server that ran it stopped answering'")}, publish_after = now()
          where state = 'running' and (${all ? 'true' : lapsed})`,
      );
    },

    async list(projectId: string, before: string | undefined, limit: number): Promise<JobRecord[]> {
      const rows = await execute(
        `select ${recordColumns} from whetstone_queue.message
          where project_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
        [projectId, before ?? null, limit],
      );
      return rows.map(recordOf);
    },

    async find(projectId: string, id: string): Promise<JobRecord | undefined> {
      const rows = await execute(
        `select ${recordColumns} from whetstone_queue.message where project_id = $1 and id = $2`,
        [projectId, id],
      );
      return rows.map(recordOf)[0];
    },

    /** One more run of what has failed. Resolves with where the service keeps the old one; undefined when none has failed. */
    async retry(projectId: string, id: string): Promise<{ dlqId: string | null } | undefined> {
      const rows = await execute(
        `with before as (select id, dlq_id from whetstone_queue.message where project_id = $1 and id = $2 for update)
        update whetstone_queue.message set state = 'retrying', retry_limit = greatest(retry_limit + 1, attempts),
          finished_at = null, start_after = timestamptz 'epoch', publish_after = timestamptz 'epoch', dlq_id = null
          from before where message.id = before.id and state = 'failed' returning before.dlq_id as "dlqId"`,
        [projectId, id],
      );
      return rows[0] as { dlqId: string | null } | undefined;
    },

    async forget(completed: Date, failed: Date): Promise<number> {
      const [row] = await execute(
        `with gone as (
          delete from whetstone_queue.message
          where (state = 'completed' and finished_at < $1) or (state = 'failed' and finished_at < $2) returning 1
        ) select count(*)::int as n from gone`,
        [completed, failed],
      );
      return Number(row!['n']);
    },
  };
}

export type MessageRows = ReturnType<typeof messageRows>;

const recordColumns = `id, name, state, attempts, created_at as "createdAt", started_at as "startedAt",
  finished_at as "finishedAt", last_error as "lastError"`;

function recordOf(row: Record<string, unknown>): JobRecord {
  const { startedAt, finishedAt, lastError, ...rest } = row as unknown as {
    [Key in keyof JobRecord]: Exclude<JobRecord[Key], undefined> | null;
  };
  return {
    ...(rest as Omit<JobRecord, 'startedAt' | 'finishedAt' | 'lastError'>),
    startedAt: startedAt ?? undefined,
    finishedAt: finishedAt ?? undefined,
    lastError: lastError ?? undefined,
  };
}
