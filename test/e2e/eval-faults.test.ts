import { expect, it } from 'vitest';
import { killedRunDrill } from '../drills/eval-kill-drill.ts';
import { evalQueueDrill } from '../drills/eval-queue-drill.ts';
import { evalRollbackDrill } from '../drills/eval-rollback-drill.ts';
import { findPostgres, noPostgres } from '../support/postgres.ts';

const patience = { timeout: 240_000 };

it('a run goes on over kills of its server, and comes to what it would have come to', patience, async () => {
  const row = await killedRunDrill({ kills: 2, samplesPerProblem: 2, problems: 6, latencyMs: 300, seed: 11 });
  expect(row.kills).toBeGreaterThan(0);
  expect(row).toMatchObject({
    status: 'completed',
    isSame: true,
    samples: 12,
    stored: 12,
    storedTwice: 0,
    errors: 0,
    missing: 0,
    twice: 0,
    outOfOrder: 0,
    verdictsTwice: 0,
    orphans: 0,
  });
});

it('a regression is one rollback, told with one id, whenever its server dies on the way', patience, async () => {
  const killAt = ['suspected', 'judged', 'flag rolled back'] as const;
  const report = await evalRollbackDrill({ rounds: 1, killAt, problems: 4, seed: 7 });
  expect(report).toMatchObject({
    kills: 3,
    ended: { 'alert critical rolled_back': 1 },
    rolledBackOnce: 1,
    toldWrong: 0,
  });
});

it('a regression is one rollback, whatever QStash does to its messages', patience, async ({ skip }) => {
  if (!findPostgres()) skip(noPostgres);
  const report = await evalQueueDrill({ problems: 9, seed: 5 });
  expect(report.repeated).toBeGreaterThan(report.messages);
  expect(report).toMatchObject({
    runs: 4,
    samples: 36,
    stored: 36,
    sequencesWrong: 0,
    errors: 0,
    regressions: ['alert critical rolled_back'],
    rollbacks: 1,
    webhookEventsWrong: 0,
    failedMessages: 0,
    dead: 0,
  });
  for (const answers of Object.values(report.forged)) expect(Object.keys(answers)).toEqual(['401']);
});
