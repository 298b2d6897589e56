import { leaderboardService } from '../../cloud/src/features/evals/leaderboard/service.ts';
import type { Database } from '../../cloud/src/platform/db/database.ts';
import { upstashCache } from '../../cloud/src/platform/cache/upstash.ts';
import { makeStandings } from './made-standings.ts';

const models = 10;
const sets = 3;
const machines = 2;
const stepMs = 5_000;
const dayMs = 86_400_000;
const watchedMs = 8 * 3_600_000;

interface RedisStandIn {
  url: string;
  token: string;
  commands: string[][];
}

/**
 * A day in calls instead of hours: people look at a board of three in turn every 5 s for 8 h, at one machine and then at the
 * other, while models end their nightly runs one after the other, each of which changes a board; all day long each machine
 * is asked every 10 s whether it is ready. The clock of the cache moves on with each step.
 */
export async function aDayOfBoards(database: Database, redis: RedisStandIn) {
  let nowMs = Date.now();
  const clock = () => nowMs;
  const caches = Array.from({ length: machines }, () =>
    // A busy machine must not pass for a service that is away.
    upstashCache({ url: redis.url, token: redis.token, clock, log: { warn: () => undefined }, deadlineMs: 10_000 }),
  );
  const boards = caches.map((cache) =>
    leaderboardService({
      snapshots: cache,
      regressions: { open: async () => new Map(), marks: async () => new Map() },
    }),
  );
  const projects = [];
  for (let set = 0; set < sets; set++)
    projects.push(await makeStandings(database, { subjects: models, problems: 164, runs: 3 }));

  const before = redis.commands.length;
  const polls = watchedMs / stepMs;
  const endEvery = Math.floor(polls / (models * sets));
  let looked = 0;
  for (let step = 0; step < dayMs / stepMs; step++, nowMs += stepMs) {
    if (step % 2 === 0) await Promise.all(caches.map((cache) => cache.ping()));
    if (step >= polls) continue;
    const ended = step / endEvery;
    if (Number.isInteger(ended) && ended < models * sets)
      await projects[ended % sets]!.endOne(Math.floor(ended / sets), new Date());
    const { projectId } = projects[step % sets]!;
    const ctx = {
      organisationId: projectId,
      projectId,
      actor: { kind: 'key' as const, id: projectId, name: 'bench', role: 'viewer' as const, selector: 'bench' },
      transaction: <T>(work: Parameters<typeof database.asProject<T>>[1]) => database.asProject(projectId, work),
    };
    await boards[step % machines]!.getLeaderboard(ctx, { dataset: 'made-up', timeRange: '30d' });
    looked++;
  }
  const commands = redis.commands.slice(before).map(([name]) => name!.toUpperCase());
  const counts = new Map<string, number>();
  for (const name of commands) counts.set(name, (counts.get(name) ?? 0) + 1);
  await Promise.all(caches.map((cache) => cache.stop()));
  return {
    polls: looked,
    commands: commands.length,
    byName: [...counts].map(([name, count]) => `${count} ${name}`).join(', '),
  };
}
