import { configFromEnvironment, surroundingsFromEnvironment } from '../config.ts';
import type { FlagAnswer } from '../flag-answer.ts';
import { parseJson } from '../json.ts';
import { openFlags } from '../offline/open-flags.ts';
import { visible } from '../visible.ts';
import { columns } from './columns.ts';
import type { Command, Terminal } from './command.ts';
import { contextOf } from './flag-context.ts';
import type { FlagVerb } from './flag-work/verb.ts';
import { meaning, readOptions, refuse } from './options.ts';
import { sourceText } from './source-text.ts';
import { styleFor } from './style.ts';

const usage = `whetstone-mcp flag eval KEY [options]

  --user U         who the work is for (userId)
  --repo R         the repository (repoId), such as acme/api
  --attr NAME=V    any other attribute; may be given again
  --default V      what to answer when no flag decides: JSON, else text
  --explain        every rule that was looked at and why, and what would
                   change the answer
  --json           the answer of the tool evaluate_flag

whetstone-mcp flag stale   flags that may have had their time
whetstone-mcp flag lint    what is wrong or doubtful in flags, for CI
whetstone-mcp flag types   TypeScript types of keys and values
                           (flag VERB --help says more of each)

Exit code: 0 when the rules decided, 1 when they could not and the value is a
fallback (not ready, no such flag, another type, unit missing), 2 wrong usage.`;

export const flagCommand: Command = {
  name: 'flag',
  alias: 'flags',
  words: 'flag eval KEY',
  summary: 'what is served to whom, and why',
  also: [
    ['flag stale', 'flags that may have had their time'],
    ['flag lint', 'what is wrong or doubtful in flags, for CI'],
    ['flag types', 'TypeScript types of keys and values'],
  ],
  usage,
  explain: async ([verb = '']) => verbOf(verb),
  async run(args, terminal) {
    const [word = '', ...rest] = args;
    const work = await verbOf(word);
    if (work) {
      const style = styleFor(terminal.isTty && !surroundingsFromEnvironment().noColor);
      return work.run(rest, { terminal, style, config: configFromEnvironment(), nowMs: Date.now() });
    }
    const options = readOptions(args, {
      user: { type: 'string' },
      repo: { type: 'string' },
      attr: { type: 'string', multiple: true },
      default: { type: 'string' },
      explain: { type: 'boolean' },
      json: { type: 'boolean' },
    });
    if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
    const [verb, key, ...extra] = options.positionals;
    const problem = wordsProblem(verb, key, extra);
    if (key === undefined || problem) return refuse(terminal, { usage }, problem ?? 'the key is missing');
    const { user, repo, attr, explain, json } = options.values;
    const context = contextOf({ user, repo, attr });
    if ('wrong' in context) return refuse(terminal, { usage }, context.wrong);

    const flags = openFlags(configFromEnvironment(), { isLook: true });
    const wish = { default: valueOf(options.values.default), explain: explain === true };
    const answer = await flags.answer(key, context, wish);
    await flags.close();
    if (json) terminal.print(JSON.stringify(answer, undefined, 2));
    else show(answer, terminal);
    return answer.reason === 'ERROR' ? 1 : 0;
  },
};

const lazyVerbs = ['stale', 'lint', 'types'];
const verbs = ['eval', ...lazyVerbs];

/** Loaded when typed, see there. */
async function verbOf(word: string): Promise<FlagVerb | undefined> {
  return lazyVerbs.includes(word) ? (await import('./flag-work/index.ts')).flagVerbs[word] : undefined;
}

function wordsProblem(verb: string | undefined, key: string | undefined, extra: string[]) {
  if (verb === undefined) return `flag what? There is ${verbs.join(', ')}`;
  if (verb !== 'eval') return `flag has no "${verb}"${meaning(verb, verbs)}`;
  if (key === undefined) return 'which flag? Name its key: flag eval KEY';
  return extra.length > 0 ? `one key at a time; "${extra[0]}" is too much` : undefined;
}

/** `true`, `7` and `{"a": 1}` are what they look like; everything else is text. */
function valueOf(text: string | undefined): unknown {
  const value = text === undefined ? undefined : parseJson(text);
  return value === undefined ? text : value;
}

function show(answer: FlagAnswer, terminal: Terminal) {
  const style = styleFor(terminal.isTty && !surroundingsFromEnvironment().noColor);
  const { key, value, reason, errorCode, ruleId, bucket, flagVersion, source, ageMs, degradedReason } = answer;
  const { trace, explanation } = answer;
  const paint = reason === 'ERROR' ? style.doubtful : style.good;
  terminal.print(`${style.bold(key)} = ${paint(visible(JSON.stringify(value)))}\n`);
  const rows = columns([
    ['variant', answer.variant],
    ['why', `${errorCode ?? reason}${ruleId ? ` by rule ${ruleId}` : ''}`],
    ['bucket', bucket === undefined ? undefined : `${bucket} of 100000`],
    ['version', flagVersion?.toString()],
    ['source', sourceText(source, ageMs)],
    ['to mend', degradedReason],
  ]);
  terminal.print(rows.join('\n'));
  if (!trace) return;
  const steps = trace.map(({ step, id, outcome, why }): [string, string] => [
    `${step}${id ? ` ${id}` : ''}`,
    visible(`${outcome}: ${why}`),
  ]);
  terminal.print(`\n${columns(steps).join('\n')}`);
  const changes = (explanation?.wouldChange ?? []).map(({ what }): [string, string] => ['instead', visible(what)]);
  if (changes.length > 0) terminal.print(`\n${columns(changes).join('\n')}`);
}
