import { isRecord } from '../../json.ts';
import type { CloudReply } from '../../offline/cloud-call.ts';
import type { FlagChanging } from '../../offline/flag-changing.ts';
import { visible } from '../../visible.ts';
import type { Outcome, ToolContext } from '../tool.ts';

/** A write of one flag, in the words of the HTTP API. */
export interface Change {
  tool: string;
  /** What the agent asked for, whole; the token stands for it. */
  args: { key: string; reason: string; confirm?: string | undefined };
  method: 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: object;
  /** The version it was made from; none for a flag that is not there yet. */
  baseVersion?: number | undefined;
}

/**
 * Without `confirm` a dry run, whose token says yes to exactly this change of exactly this version; with it, the change.
 * An agent thus cannot change what it has not seen the consequences of, and neither can a stale plan.
 */
export async function confirmedChange(change: Change, ctx: ToolContext): Promise<Outcome> {
  const changing = changingOf(ctx);
  const { confirm, ...asked } = change.args;
  const token = changing.sign(JSON.stringify(ordered([change.tool, asked, change.baseVersion ?? 0])));
  if (confirm !== undefined && confirm !== token) {
    return {
      refusal:
        `confirm does not fit: the arguments are not those of the dry run, the flag has changed since` +
        `${change.baseVersion === undefined ? '' : ` (it is at version ${change.baseVersion})`}, or whetstone-mcp was restarted; ` +
        'leave confirm out for a new dry run',
    };
  }
  const isDryRun = confirm === undefined;
  const query = new URLSearchParams({ ...change.query, ...(isDryRun && { dryRun: 'true' }) }).toString();
  const reply = await changing.ask({
    method: change.method,
    path: query === '' ? change.path : `${change.path}?${query}`,
    body: change.body,
    signal: ctx.signal,
  });
  if (reply.kind !== 'answered') return refusalOf(reply, isDryRun ? 'read' : 'write');
  return isDryRun ? dryRun(change, reply.body, token) : applied(change, reply.body);
}

/** A flag as it is, to change; or why it cannot be had. */
export async function readFlag(
  key: string,
  ctx: ToolContext,
): Promise<{ flag: Record<string, unknown>; version: number } | { refusal: string }> {
  const path = `/api/flags/${encodeURIComponent(key)}`;
  const reply = await changingOf(ctx).ask({ method: 'GET', path, signal: ctx.signal });
  if (reply.kind !== 'answered') return refusalOf(reply, 'read');
  const { version } = reply.body;
  if (typeof version === 'number') return { flag: reply.body, version };
  return { refusal: `the cloud sent "${key}" without a version; update the server` };
}

export function changingOf({ changing }: ToolContext): FlagChanging {
  if (!changing) throw new Error('tools that change flags were called without the means to');
  return changing;
}

function refusalOf(reply: Exclude<CloudReply, { kind: 'answered' }>, doing: 'read' | 'write') {
  if (reply.kind === 'refused') return { refusal: reply.why };
  const unclear = 'Whether the change has arrived is not known; do a dry run to see how the flag is now.';
  return { refusal: [reply.why, doing === 'write' ? unclear : 'Nothing was changed.'].join(' ') };
}

function dryRun({ args, baseVersion }: Change, answer: Record<string, unknown>, confirm: string): Outcome {
  const { diff, moves, dryRun: _, ...flag } = answer;
  const structured = { status: 'dry_run', flag, diff, moves, confirm, baseVersion, ...fresh };
  const lines = [
    `Dry run, nothing is changed: ${args.key}${baseVersion === undefined ? ' (new)' : `, version ${baseVersion}`}`,
    ...diffLines(diff),
    ...moveLines(moves),
    `Show this to the user. To apply it, call again with the same arguments and confirm "${confirm}".`,
  ];
  return { structured, text: lines.map(visible).join('\n') };
}

function applied({ args }: Change, flag: Record<string, unknown>): Outcome {
  const version = String(flag['version']);
  return {
    structured: { status: 'applied', flag, ...fresh },
    text: `${args.key} is at version ${version} now. History and rollback: /api/flags/${args.key}/history`,
  };
}

const fresh = { source: 'cloud', ageMs: 0 } as const;

const mostLines = 20;

function diffLines(diff: unknown): string[] {
  const changes = Array.isArray(diff) ? diff.filter(isRecord) : [];
  const lines = changes.map(({ path, before, after }) => `  ${String(path)}: ${short(before)} -> ${short(after)}`);
  if (lines.length === 0) return ['  changes nothing'];
  return lines.length > mostLines ? [...lines.slice(0, mostLines), `  … and ${lines.length - mostLines} more`] : lines;
}

function moveLines(moves: unknown): string[] {
  if (!isRecord(moves)) return [];
  const { examined, moved, transitions, simulated } = moves;
  const from = (list: unknown, say: (move: Record<string, unknown>) => string) =>
    (Array.isArray(list) ? list.filter(isRecord) : []).map(
      (move) => `  ${String(move['from'])} -> ${String(move['to'])}: ${say(move)}`,
    );
  return [
    `Who moves: ${String(moved)} of ${String(examined)} units seen lately`,
    ...from(transitions, ({ count }) => String(count)),
    ...from(simulated, ({ share }) => `${percent(share)} of made-up units`),
  ].slice(0, mostLines);
}

const percent = (share: unknown) => `${(Number(share) * 100).toFixed(1)} %`;

function short(value: unknown): string {
  const text = value === undefined ? '(none)' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** The same text for the same arguments, in whatever order a model names them. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, ordered(value[name])]),
  );
}
