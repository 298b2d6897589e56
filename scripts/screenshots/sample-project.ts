import type { createClient } from '@whetstone/shared/client';
import { setTimeout } from 'node:timers/promises';
import { demoFlags } from '../../cloud/src/features/flags/demo-flags.ts';

type Client = ReturnType<typeof createClient>;

const hourMs = 3_600_000;
const onOff = { variants: { on: true, off: false }, offVariant: 'off', rules: [] };
const share = (coverage: number) => ({ split: [{ variant: 'on', weight: 1 }], coverage });
const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Sample inputs: a project as one meets it. Nothing shown was written by hand: flags, segments, exposures and outcomes are
 * sent to the API, and what the pictures say of them is what the server made of it.
 */
export async function sendSampleProject(client: Client, nowMs: number) {
  for (const segment of segments) await client.createSegment(segment);
  for (const flag of flagsAt(nowMs)) await client.createFlag(flag);
  await editHistory(client);
  await recordExperiment(client, nowMs);
  await recordRollout(client);
  await untilCounted(client);
}

/** The list learns of exposures within about a minute. */
async function untilCounted(client: Client) {
  for (let tries = 0; tries < 90; tries++) {
    const { items } = await client.listFlags({});
    if (items.filter(({ lastEvaluatedAt }) => lastEvaluatedAt !== null).length >= 6) return;
    await setTimeout(1_000);
  }
  throw new Error('the server did not count the sample exposures within 90 s');
}

const segments = [
  {
    key: 'pilot-users',
    description: 'Try new things first',
    included: ['ada', 'grace', 'linus'],
    excluded: ['audit-bot'],
    rules: [{ when: [{ attribute: 'orgId', op: 'in' as const, values: ['sample-labs'] }] }],
  },
  {
    key: 'large-repositories',
    description: 'More than a million lines',
    rules: [{ when: [{ attribute: 'repoId', op: 'startsWith' as const, values: ['sample/mono-'] }] }],
  },
];

const flagsAt = (nowMs: number) => [
  ...demoFlags,
  {
    key: 'apply-patches-in-order',
    ...onOff,
    enabled: true,
    fallthrough: share(50),
    owner: 'platform',
    tags: ['agent'],
  },
  {
    key: 'ask-before-shell',
    ...onOff,
    description: 'The agent asks before it runs a command that writes',
    enabled: true,
    fallthrough: { variant: 'on' },
    owner: 'safety',
    tags: ['agent', 'tools'],
    expiresAt: iso(nowMs - 40 * 24 * hourMs),
  },
  {
    key: 'context-window-200k',
    ...onOff,
    description: 'Send whole files instead of excerpts',
    enabled: false,
    fallthrough: { variant: 'off' },
    owner: 'platform',
    tags: ['models'],
  },
  {
    key: 'docs-with-citations',
    ...onOff,
    description: 'Answers cite the page they come from',
    enabled: true,
    fallthrough: share(5),
    owner: 'knowledge',
  },
  {
    key: 'judge-model',
    description: 'Which model reads the diffs',
    enabled: true,
    variants: { small: 'small-1', large: 'large-2', mixed: 'both' },
    offVariant: 'small',
    rules: [],
    fallthrough: {
      split: [
        { variant: 'large', weight: 20 },
        { variant: 'mixed', weight: 10 },
        { variant: 'small', weight: 70 },
      ],
    },
    owner: 'evals',
    tags: ['models', 'evals'],
  },
  {
    key: 'terse-fixer-prompt',
    description: 'A shorter prompt for the fixer',
    type: 'string' as const,
    enabled: true,
    variants: { long: 'You mend code. Explain each step.', terse: 'Mend. No prose.', bare: 'Mend.' },
    offVariant: 'long',
    prerequisites: [{ flag: 'ask-before-shell', variants: ['on'] }],
    overrides: [{ attribute: 'userId', values: ['ada'], variant: 'bare', note: 'wrote it' }],
    rules: [
      {
        id: 'pilot',
        when: [{ attribute: 'userId', op: 'segment' as const, values: ['pilot-users'] }],
        serve: { variant: 'terse' },
      },
      {
        id: 'old-clients',
        when: [{ attribute: 'clientVersion', op: 'semverLt' as const, values: ['1.4.0'] }],
        serve: { variant: 'long' },
      },
    ],
    fallthrough: {
      split: [
        { variant: 'long', weight: 1 },
        { variant: 'terse', weight: 1 },
        { variant: 'bare', weight: 1 },
      ],
    },
    owner: 'agents',
    tags: ['prompts'],
  },
  {
    key: 'parallel-tool-calls',
    ...onOff,
    description: 'Tools that do not write run side by side',
    enabled: true,
    fallthrough: { ...share(10), by: 'userId' },
    rollout: {
      steps: [
        { at: iso(nowMs - 72 * hourMs), coverage: 10 },
        { at: iso(nowMs - 24 * hourMs), coverage: 25 },
        { at: iso(nowMs + 24 * hourMs), coverage: 50 },
        { at: iso(nowMs + 72 * hourMs), coverage: 100 },
      ],
    },
    schedule: [{ at: iso(nowMs + 30 * 24 * hourMs), set: { fallthrough: { variant: 'on' } } }],
    owner: 'platform',
    tags: ['agent'],
  },
];

/** What people and the flag went through: each change with who asked for it and why. */
async function editHistory(client: Client) {
  const key = 'terse-fixer-prompt';
  const changes = [
    { owner: 'prompts', reason: 'the prompts team runs it now' },
    { description: 'A shorter prompt for the fixer: fewer tokens, as many fixes?', reason: 'say what is asked' },
    { tags: ['prompts', 'experiment'] },
  ];
  for (const change of changes) await client.updateFlag({ ...(await client.getFlag({ key })), ...change });
}

const people = 900;

/** Sample: people who worked on a task an hour, and what became of it; better and cheaper with the terse prompt. */
async function recordExperiment(client: Client, nowMs: number) {
  const key = 'terse-fixer-prompt';
  const solvedOf: Record<string, number> = { long: 58, terse: 81, bare: 55 };
  const costOf: Record<string, number> = { long: 0.042, terse: 0.029, bare: 0.027 };
  const units = Array.from({ length: people }, (_, i) => `dev-${String(i + 1).padStart(3, '0')}`);
  const answers = await inTurns(units, (userId) => client.evaluateFlag({ key, userId }));
  const at = (i: number) => nowMs - 6 * 24 * hourMs + Math.floor((i / people) * 6 * 24) * hourMs;
  await client.recordExposures({
    exposures: answers.map(({ variant, reason, flagVersion }, i) => ({
      flag: key,
      variant,
      reason,
      flagVersion,
      unit: units[i]!,
      userId: units[i]!,
      taskId: `sample-task-${i}`,
      count: 1 + ((i * 5) % 9),
      lastAt: iso(at(i)),
    })),
  });
  await inTurns(units, (userId) => {
    const i = units.indexOf(userId);
    const { variant } = answers[i]!;
    const spread = ((i * 7_919) % 100) / 100;
    return client.recordOutcome({
      taskId: `sample-task-${i}`,
      taskType: 'refactor',
      model: 'sample-model',
      userId,
      outcome: spread * 100 < solvedOf[variant]! ? 'solved' : 'failed',
      costUsd: costOf[variant]! * (0.7 + 0.6 * (((i * 104_729) % 100) / 100)),
      timeMs: 20_000 + 40_000 * spread,
      at: iso(at(i) + 20 * 60_000),
    });
  });
}

/** Sample: who has met the flag that is being rolled out. */
async function recordRollout(client: Client) {
  const units = Array.from({ length: 48 }, (_, i) => `dev-${String(i * 7 + 1).padStart(3, '0')}`);
  const flags = ['parallel-tool-calls', 'judge-model', 'review-model', 'shell-tool', 'new-fixer-prompt'];
  for (const flag of flags) {
    const answers = await inTurns(units, (userId) => client.evaluateFlag({ key: flag, userId, repoId: 'sample/api' }));
    await client.recordExposures({
      exposures: answers.map(({ variant, reason, flagVersion }, i) => ({
        flag,
        variant,
        reason,
        flagVersion,
        unit: units[i]!,
        userId: units[i]!,
        repoId: 'sample/api',
      })),
    });
  }
}

async function inTurns<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += 16)
    results.push(...(await Promise.all(items.slice(from, from + 16).map(act))));
  return results;
}
