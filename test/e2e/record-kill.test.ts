import { expect, it } from 'vitest';
import { killDrill } from '../drills/kill-drill.ts';

const rounds = 12;

it(
  `applies every accepted record once in ${rounds} rounds of kills, though 30 % of the responses are lost`,
  { timeout: 300_000 },
  async () => {
    const { lost, sent, counted, accepted, lostResponses, outbox } = await killDrill({
      rounds,
      lossShare: 0.3,
      seed: 7,
    });
    expect(lost).toBe(0);
    expect(counted).toBe(sent);
    expect(outbox).toMatchObject({ pending: 0, parked: 0, unreadable: 0 });
    expect(outbox.delivered).toBe(outbox.accepted);
    // It has tried something.
    expect(accepted).toBeGreaterThan(rounds);
    expect(lostResponses).toBeGreaterThan(rounds / 3);
  },
);
