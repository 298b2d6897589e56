import { amount, cloudName, count, id, instant, members, name, oneOf, readFields, type Field } from './fields.ts';

const outcomes = ['solved', 'failed', 'provider_error', 'aborted', 'unknown'];
const builtInMetrics = new Set(['success', 'costUsd', 'timeMs', 'corrected']);
const tokens = count(0, Number.MAX_SAFE_INTEGER);

/** As `POST /api/portfolio/record` takes them. */
const fields: Readonly<Record<string, Field>> = {
  taskId: id,
  attempt: count(1, 10_000),
  taskType: name(128),
  model: name(256),
  outcome: oneOf(...outcomes),
  success: oneOf(true, false),
  costUsd: amount(1_000_000, 'US dollars'),
  inputTokens: tokens,
  outputTokens: tokens,
  cacheTokens: tokens,
  timeMs: amount(31_536_000_000, 'milliseconds'),
  language: name(128),
  complexity: name(128),
  repoId: id,
  repoSize: tokens,
  taskText: name(20_000),
  userId: id,
  recommendationId: cloudName(128),
  verified: oneOf(true, false),
  flags: members(
    200,
    /^[a-z0-9][a-z0-9._-]{0,127}$/,
    (variant) => typeof variant === 'string' && variant !== '' && variant.length <= 128,
    'at most 200 flag keys, each with the variant that was served',
  ),
  guidanceVersion: cloudName(128),
  metrics: members(
    50,
    /^(?!(?:success|costUsd|timeMs|corrected)$)[A-Za-z][A-Za-z0-9._-]{0,63}$/,
    (value) => typeof value === 'number' && Math.abs(value) <= 1e15,
    `at most 50 numbers by name, none of them called ${[...builtInMetrics].join(', ')}`,
  ),
  at: instant,
  corrects: oneOf(true),
};

interface Circumstances {
  nowMs: number;
  /** DO_NOT_TRACK: what came of the work is told as somebody asked, but not whose it was. */
  namesPeople: boolean;
}

/** What is told of an outcome, or what is wrong with it, in a sentence that names the member. */
export function outcomeBody(
  sent: unknown,
  { nowMs, namesPeople }: Circumstances,
): { body: Record<string, unknown> } | { problem: string } {
  const read = readFields(fields, sent);
  if ('problem' in read) return read;
  const { userId, ...values } = read.values;
  for (const needed of ['taskType', 'model', 'timeMs'])
    if (values[needed] === undefined) return { problem: `\`${needed}\` is missing.` };
  if (values['outcome'] === undefined && values['success'] === undefined)
    return { problem: `\`outcome\` is missing: one of ${outcomes.join(', ')}; or \`success\`, true or false.` };
  if (values['outcome'] !== undefined && values['success'] !== undefined)
    return { problem: '`success` says what `outcome` says: name one of the two.' };
  if (values['corrects'] && (values['taskId'] === undefined || values['attempt'] === undefined))
    return { problem: '`corrects` needs the `taskId` and `attempt` that it replaces.' };
  return {
    body: { at: new Date(nowMs).toISOString(), ...values, ...(namesPeople && userId !== undefined && { userId }) },
  };
}
