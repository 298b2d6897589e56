import type { GuidedProblem } from '../../test/support/guided-model.ts';

/** What the agent of the story gets wrong, in files that were written for it: constructed, and nobody's real code. */
interface Thing {
  one: string;
  many: string;
}

const things = (text: string): Thing[] =>
  text.split(' ').map((word) => ({ one: word, many: /[sx]$/.test(word) ? `${word}es` : `${word}s` }));

/** Five tasks of an agent, four files each. */
export const tasks = [
  { session: 'task-shop', things: things('order invoice refund voucher') },
  { session: 'task-library', things: things('book loan reader shelf') },
  { session: 'task-garden', things: things('plant seed tool harvest') },
  { session: 'task-kitchen', things: things('recipe menu guest table') },
  { session: 'task-harbour', things: things('ship crane berth cargo') },
];

/** None of them was corrected: the gate asks about others than those the rule was learned from. */
const asked = things(
  'letter parcel stamp route driver depot ticket seat train track signal bridge lamp cable switch meter sensor alarm student lesson grade teacher room exam',
);

/** As the agent writes it: with one list for all calls. */
export const agentFile = ({ one, many }: Thing) => `"""Keeps ${many}."""


def add_${one}(${one}, ${many}=[]):
    """Puts it behind the others, in a new list when none is given."""
    ${many}.append(${one})
    return ${many}


def first_${one}(${many}):
    """The one that came first."""
    if not ${many}:
        return None
    return ${many}[0]


def count_${many}(${many}):
    """How many there are."""
    return len(${many})


def without_${one}(${one}, ${many}):
    """All but this one."""
    return [each for each in ${many} if each != ${one}]
`;

/** As a person corrects it in an editor. */
export const correctedFile = (thing: Thing) => {
  const { many } = thing;
  return agentFile(thing)
    .replace(`${many}=[]`, `${many}=None`)
    .replace(`    ${many}.append`, `    if ${many} is None:\n        ${many} = []\n    ${many}.append`);
};

/** Something else that was changed once, as happens. */
export const rewordedFile = (thing: Thing) => agentFile(thing).replace('How many there are.', 'The number of them.');

const body = ({ one, many }: Thing, shared: boolean) =>
  shared
    ? `def add_${one}(${one}, ${many}=[]):\n    # None given: each call begins with a new one.\n    ${many}.append(${one})\n    return ${many}\n`
    : `def add_${one}(${one}, ${many}=None):\n    if ${many} is None:\n        ${many} = []\n    ${many}.append(${one})\n    return ${many}\n`;

export const dataset = 'shared-defaults.jsonl';

/** In the form of HumanEval. Each fails when a list outlives the call that it was made for. */
export const datasetText = asked
  .map((thing) => ({
    task_id: `Story/${thing.one}`,
    prompt: `def add_${thing.one}(${thing.one}, ${thing.many}=...):
    """Puts it behind the others, in a new list when none is given, and returns the list. The default is yours to choose."""
`,
    entry_point: `add_${thing.one}`,
    canonical_solution: `    ${thing.many} = [] if ${thing.many} is ... else ${thing.many}\n    ${thing.many}.append(${thing.one})\n    return ${thing.many}\n`,
    test: 'def check(candidate):\n    assert candidate(1) == [1]\n    assert candidate(2) == [2]\n    assert candidate(3, [1]) == [1, 3]\n',
  }))
  .map((row) => `${JSON.stringify(row)}\n`)
  .join('');

const fenced = (code: string) => `\`\`\`python\n${code}\`\`\``;

export const problems: GuidedProblem[] = asked.map((thing) => ({
  id: `Story/${thing.one}`,
  mark: `def add_${thing.one}(`,
  right: fenced(body(thing, false)),
  wrong: fenced(body(thing, true)),
}));

/** What the detector says, word for word. */
export const goodRule = 'Never take a list, dict or set as a default argument; take None and make it in the function.';
export const harmfulRule = 'Spare the caller a None: make the list once, as the default of the parameter.';

/** What an editor adds to the guidance by hand, version by version; the third does harm. */
export const addedByHand = [
  'Keep functions short.',
  'Name things as the project does.',
  harmfulRule,
  'Say in one line what a module is for.',
];
