import {
  cloudName,
  count,
  id,
  instant,
  members,
  name,
  oneOf,
  readFields,
  amount,
  type Field,
} from '../models/fields.ts';
import { fitting } from '../offline/fitting.ts';
import { plainJson } from '../offline/plain-json.ts';
import { redactLines } from '../redact/redact.ts';

const kinds = ['edit', 'reject', 'manual_fix', 'kept'];
/** The most that the cloud takes of a whole record. */
const maxPatchBytes = 4 * 2 ** 20;
/** Who says when it was goes by the clock that is asked here, or nearly. */
const futureMs = 60_000;

const patch: Field = (value) => {
  const plain = plainJson(value, maxPatchBytes);
  if (typeof plain === 'string') return { mustBe: `a diff, {files: [{path, before, after}]} or other JSON (${plain})` };
  return plain ?? { mustBe: 'a diff, {files: [{path, before, after}]} or other JSON' };
};

/** Text that may be empty, and is cut where the cloud would not take it. */
const longText =
  (most: number): Field =>
  (value) =>
    typeof value === 'string' ? { value: fitting(value, most) } : { mustBe: 'a text' };

const line = count(0, 100_000_000);

const hunkFields: Readonly<Record<string, Field>> = {
  file: name(4_096),
  verdict: oneOf(
    'kept',
    'edited',
    'deleted',
    'rejected',
    'rejected_before_write',
    'cosmetic',
    'agent_revision',
    'mixed',
    'unknown',
  ),
  language: name(128),
  startLine: line,
  endLine: line,
  before: longText(262_144),
  after: longText(262_144),
  session: name(128),
  agent: name(128),
  lines: count(0, Number.MAX_SAFE_INTEGER),
  ageMs: amount(Number.MAX_SAFE_INTEGER, 'milliseconds'),
};

const hunks: Field = (value) => {
  if (!Array.isArray(value) || value.length > 2_000) return { mustBe: 'a list of at most 2000 hunks' };
  const read = value.map((hunk) => readFields(hunkFields, hunk));
  for (const [at, one] of read.entries()) {
    if ('problem' in one) return { mustBe: `a list of hunks; of the one at ${at} ${one.problem.replace(/\.$/, '')}` };
    if (one.values['file'] === undefined || one.values['verdict'] === undefined)
      return { mustBe: `a list of hunks, each with \`file\` and \`verdict\`; the one at ${at} lacks one` };
  }
  return { value: read.flatMap((one) => ('values' in one ? [one.values] : [])) };
};

/** As `POST /api/feedback/capture` takes them. */
const fields: Readonly<Record<string, Field>> = {
  taskId: id,
  taskType: name(128),
  originalPatch: patch,
  correctedPatch: patch,
  userComment: longText(20_000),
  kind: oneOf(...kinds),
  hunks,
  language: name(128),
  repoId: id,
  userId: id,
  model: name(256),
  flags: members(
    200,
    /^[a-z0-9][a-z0-9._-]{0,127}$/,
    (variant) => typeof variant === 'string' && variant !== '' && variant.length <= 128,
    'at most 200 flag keys, each with the variant that was served',
  ),
  guidanceVersion: cloudName(128),
  timestamp: instant,
};

interface Circumstances {
  nowMs: number;
  /** DO_NOT_TRACK: what was corrected is told as somebody asked, but not who it was. */
  namesPeople: boolean;
}

/** What is told of a correction, or what is wrong with it, in a sentence that names the member. */
export function correctionBody(
  sent: unknown,
  { nowMs, namesPeople }: Circumstances,
): { body: Record<string, unknown> } | { problem: string } {
  const read = readFields(fields, sent);
  if ('problem' in read) return read;
  const { userId, userComment, ...values } = read.values;
  for (const needed of ['taskId', 'originalPatch', 'correctedPatch'])
    if (values[needed] === undefined) return { problem: `\`${needed}\` is missing.` };
  const { originalPatch, correctedPatch, kind = 'edit', timestamp } = values;
  if (kind !== 'kept' && JSON.stringify(originalPatch) === JSON.stringify(correctedPatch))
    return { problem: '`correctedPatch` is the same as `originalPatch`: say `kind: "kept"` if it was kept as it is.' };
  if (typeof timestamp === 'string' && Date.parse(timestamp) > nowMs + futureMs)
    return { problem: `\`timestamp\` must not lie in the future, as ${timestamp} does.` };
  return {
    body: {
      timestamp: new Date(nowMs).toISOString(),
      ...values,
      originalPatch: redactPatch(originalPatch),
      correctedPatch: redactPatch(correctedPatch),
      ...(Array.isArray(values['hunks']) && { hunks: values['hunks'].map(redactSides) }),
      kind,
      ...(userComment !== undefined && userComment !== '' && { userComment }),
      ...(namesPeople && userId !== undefined && { userId }),
    },
  };
}

/** Here, and not where whatever leaves is searched: a secret of several lines may not take lines with it that a diff counts. */
function redactPatch(patch: unknown): unknown {
  if (typeof patch === 'string') return redactDiff(patch);
  const files = isObject(patch) ? patch['files'] : undefined;
  return isObject(patch) && Array.isArray(files) ? { ...patch, files: files.map(redactSides) } : patch;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function redactSides(file: unknown): unknown {
  if (!isObject(file)) return file;
  const { before, after } = file;
  return {
    ...file,
    ...(typeof before === 'string' && { before: redactLines(before) }),
    ...(typeof after === 'string' && { after: redactLines(after) }),
  };
}

/** Lines that a secret took with it stay lines that come or go. */
function redactDiff(diff: string): string {
  const redacted = redactLines(diff);
  if (redacted === diff) return diff;
  const lines = diff.split('\n');
  return redacted
    .split('\n')
    .map((line, at) => (line.trim() === '' ? (/^[-+ ]/.exec(lines[at] ?? '')?.[0] ?? '') + line : line))
    .join('\n');
}
