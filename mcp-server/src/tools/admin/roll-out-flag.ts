import { isRecord } from '../../json.ts';
import { defineTool } from '../tool.ts';
import { confirmedChange, readFlag } from './confirmed-change.ts';
import { replacement } from './replacement.ts';
import { changes, confirm, key, outputSchema, reason } from './shape.ts';

export const rollOutFlag = defineTool({
  name: 'roll_out_flag',
  title: 'Roll out flag',
  description:
    'Sets the share that a split serves, now or in dated steps: first a dry run with who moves, then with confirm.',
  inputSchema: {
    type: 'object',
    properties: {
      key,
      reason,
      percentage: { type: 'number', description: 'Coverage from now on, 0 to 100; ends a plan in steps' },
      steps: { type: 'array', description: 'Instead: [{"at": ISO-8601 instant, "coverage": 0 to 100}], ascending' },
      rule: { type: 'string', description: 'Rule whose split is meant; default the fallthrough' },
      confirm,
    },
    required: ['key', 'reason'],
    additionalProperties: false,
  },
  outputSchema,
  annotations: changes,
  example: { key: 'new-fixer-prompt', percentage: 50, reason: 'no regressions at 25 %' },
  aliases: { coverage: 'percentage', rolloutpercentage: 'percentage', ruleid: 'rule' },

  async handler(args, ctx) {
    const known = await readFlag(args.key, ctx);
    if ('refusal' in known) return known;
    const change = rollout(known.flag, args);
    if ('refusal' in change) return { refusal: String(change['refusal']) };
    const body = { ...replacement(known.flag, change), version: known.version, reason: args.reason };
    const path = `/api/flags/${encodeURIComponent(args.key)}`;
    return confirmedChange({ tool: 'roll_out_flag', args, method: 'PUT', path, body, baseVersion: known.version }, ctx);
  },
});

interface Wish {
  percentage?: number | undefined;
  steps?: unknown[] | undefined;
  rule?: string | undefined;
}

/** The members that have to be replaced. */
function rollout(flag: Record<string, unknown>, { percentage, steps, rule }: Wish): Record<string, unknown> {
  if ((percentage === undefined) === (steps === undefined)) return { refusal: 'give either percentage or steps' };
  if (steps) return { rollout: { steps, ...(rule !== undefined && { rule }) } };
  const rules = Array.isArray(flag['rules']) ? flag['rules'].filter(isRecord) : [];
  const target = rule === undefined ? flag : rules.find(({ id }) => id === rule);
  const member = rule === undefined ? 'fallthrough' : 'serve';
  const serve = target?.[member];
  if (!isRecord(serve))
    return { refusal: `no rule has the id "${rule}"; there are ${rules.map(({ id }) => id).join(', ')}` };
  if (!('split' in serve)) {
    return { refusal: `${rule ?? 'the fallthrough'} serves one variant to all; make it a split with change_flag` };
  }
  const covered = { ...serve, coverage: percentage };
  // A plan of that split would go on from where it is.
  const ended = isRecord(flag['rollout']) && flag['rollout']['rule'] === rule ? { rollout: null } : {};
  if (rule === undefined) return { fallthrough: covered, ...ended };
  return { rules: rules.map((known) => (known === target ? { ...known, serve: covered } : known)), ...ended };
}
