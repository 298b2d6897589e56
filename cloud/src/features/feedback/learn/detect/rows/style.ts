import { gained, kept, lost } from '../change.ts';
import { type Detector, seenInPersons, turning } from '../detector.ts';
import { argumentsOf, calleeOf, calls, childOf, loops, textOf, type Node } from '../tree.ts';

const declarations = ['lexical_declaration', 'variable_declaration'];
const keyword = (node: Node) => textOf(node.children[0]);
const declared = (node: Node) => textOf(childOf(node, 'variable_declarator')?.children[0]);
const loose = { let: 1, var: 2 } as Record<string, number>;

const operator = (node: Node) => textOf(node.children[1]);
const binary = (...signs: string[]) => ({
  kinds: ['binary_expression', 'binary_operator'],
  is: (node: Node) => signs.includes(operator(node)),
});

const isJoined = (node: Node): boolean =>
  node.kind === 'call'
    ? /["']\.format$/.test(calleeOf(node))
    : (operator(node) === '+' &&
        node.children.some(
          (child) =>
            child.kind === 'string' ||
            child.kind === 'template_string' ||
            (child.kind.startsWith('binary') && isJoined(child)),
        )) ||
      (operator(node) === '%' && node.children[0]?.kind === 'string');
const joined = { kinds: ['binary_expression', 'binary_operator', 'call'], is: isJoined };
const filled = {
  kinds: ['template_string', 'string'],
  is: (node: Node) =>
    node.kind === 'template_string' ? textOf(node).includes('${') : /^[rR]?[fF]["'].*\{/s.test(textOf(node)),
};

const isTransform = (node: Node) =>
  /comprehension$|^generator_expression$/.test(node.kind) ||
  /\.(?:map|filter|reduce|flatMap|find|some|every)$|^(?:Object\.fromEntries|Array\.from|sum|any|all|map|filter)$/.test(
    calleeOf(node),
  );
const transforms = {
  kinds: ['list_comprehension', 'dictionary_comprehension', 'set_comprehension', 'generator_expression', ...calls],
  is: isTransform,
};

const sql = /\b(?:select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from)\b/is;
const isOpenQuery = (text: string) => sql.test(text) && /\$\{|^f|['"]\s*[+%]|\.format\(/s.test(text);
const queries = { kinds: ['string', 'template_string', 'binary_expression', 'binary_operator', 'call'] };

const isOpen = (node: Node) =>
  /^(?:open|io\.open|tempfile\.\w+)$/.test(calleeOf(node)) && !/\bwith\b/.test(textOf(node.parent?.parent).slice(0, 5));
const releases = /\bopen\(|\.(?:acquire|release|close)\(/;

const sorts = { kinds: calls, is: (node: Node) => /\.(?:sort|reverse|splice)$/.test(calleeOf(node)) };
const isEqual = (node: Node) => /^(?:==|!=)$/.test(operator(node));
const comparesNone = (node: Node) => /(?:==|!=)\s*None\b/.test(textOf(node));
const comparesType = (node: Node) => /\btype\([^()]*\)\s*(?:==|is|!=|in)\s/.test(textOf(node));
const comparison = (is: (node: Node) => boolean) => ({ kinds: ['comparison_operator'], is });
const path = {
  kinds: ['call', 'attribute'],
  is: (node: Node) => /^os\.(?:path\.\w+|makedirs|mkdir|listdir|remove)/.test(textOf(node)),
};
const naive = {
  kinds: ['call'],
  is: (node: Node) => /^(?:datetime\.)*(?:utcnow\(\)|utcfromtimestamp\([^()]*\)|now\(\))$/.test(textOf(node)),
};
const shell = {
  kinds: calls,
  is: (node: Node) =>
    /shell\s*=\s*True/.test(textOf(node)) ||
    /^(?:exec|execSync|os\.system|os\.popen|child_process\.exec(?:Sync)?)$/.test(calleeOf(node)),
};
const lookup = {
  kinds: ['subscript'],
  is: (node: Node) => /\[(?:f?["']|\w+\])/.test(textOf(node)) && node.parent?.kind !== 'type',
};

export const styleDetectors: Detector[] = [
  {
    id: 'var-to-const',
    languages: 'script',
    title: 'A variable was declared more strictly',
    guidance: 'Declare with const; with let where it is assigned again; never with var.',
    see: (part) =>
      kept(part, { kinds: declarations, is: (node) => declared(node) !== '', key: declared })
        .filter(([agent, human]) => (loose[keyword(agent)] ?? 0) > (loose[keyword(human)] ?? 0))
        .map(([agent, human]) => ({ agent, human })),
    couldBe: { kinds: declarations, is: (node) => keyword(node) !== 'const' },
  },
  {
    id: 'strict-equality',
    languages: 'script',
    title: 'A loose comparison became a strict one',
    guidance: 'Compare with === and !==.',
    see: turning(
      { kinds: ['binary_expression'], is: isEqual },
      { kinds: ['binary_expression'], is: (node) => /^[!=]==$/.test(operator(node)) },
    ),
    couldBe: { kinds: ['binary_expression'], is: isEqual },
  },
  {
    id: 'or-to-nullish',
    languages: 'script',
    title: '|| became ??',
    guidance: 'Take ?? for a default, so that 0, false and the empty text stay.',
    see: turning(binary('||'), binary('??')),
    couldBe: {
      kinds: ['binary_expression'],
      is: (node) => operator(node) === '||' && !/parenthesized|binary|unary/.test(node.parent?.kind ?? ''),
    },
  },
  {
    id: 'optional-chaining-added',
    languages: 'script',
    title: 'A value that may be missing is reached with ?.',
    guidance: 'Reach with ?. through what may be missing.',
    see: (part, change) =>
      part.agent.isEmpty ? [] : seenInPersons(gained(change, part, { kinds: ['optional_chain'] })),
    couldBe: {
      kinds: ['member_expression'],
      is: (node) => node.children[0]?.kind === 'member_expression' && !childOf(node, 'optional_chain'),
    },
  },
  {
    id: 'loop-to-expression',
    languages: 'both',
    title: 'A loop that collects became an expression',
    guidance: 'Collect with map, filter, reduce or a comprehension instead of pushing in a loop.',
    see: (part, change) =>
      part.human.nodes(calls).some((node) => /^(?:Promise\.all|asyncio\.gather)/.test(calleeOf(node)))
        ? []
        : turning({ kinds: loops }, transforms)(part, change),
    couldBe: { kinds: loops, is: (node) => /\.(?:push|append|add)\(|\+=|\]\s*=/.test(textOf(node)) },
  },
  {
    id: 'concatenation-to-template',
    languages: 'both',
    title: 'A concatenation became a template',
    guidance: 'Build texts with a template literal or an f-string, not with + or %.',
    see: (part, change) => (sql.test(part.agent.text) ? [] : turning(joined, filled)(part, change)),
    couldBe: joined,
  },
  {
    id: 'sql-parameterized',
    languages: 'both',
    title: 'Values are passed to a query as parameters',
    guidance: 'Never build SQL from values; pass them as parameters.',
    see: (part) => {
      const agent = part.agent.nodes(queries.kinds).find((node) => isOpenQuery(textOf(node)));
      const human = part.human.nodes(['string', 'template_string']).find((node) => sql.test(textOf(node)));
      return agent && human && !isOpenQuery(textOf(human)) && /\$\d|\?|%s|:\w+|@\w+/.test(textOf(human))
        ? [{ agent, human }]
        : [];
    },
    couldBe: { kinds: queries.kinds, is: (node) => /string|binary/.test(node.kind) && isOpenQuery(textOf(node)) },
  },
  {
    id: 'shell-avoided',
    languages: 'both',
    title: 'A command is run without a shell',
    guidance: 'Run commands with a list of arguments, not through a shell.',
    see: (part, change) =>
      part.human.isEmpty
        ? []
        : turning(shell, {
            kinds: calls,
            is: (node) =>
              /^(?:subprocess\.\w+|execFile|spawn|execFileSync|spawnSync)$/.test(calleeOf(node)) && !shell.is(node),
          })(part, change),
    couldBe: shell,
  },
  {
    id: 'copied-before-mutating',
    languages: 'both',
    title: 'A list is copied before it is sorted or changed',
    guidance: 'Do not sort or change a list that somebody else holds; copy it first.',
    see: (part, change) => {
      const copies = {
        kinds: calls,
        is: (node: Node) =>
          /^(?:\[\.\.\.|sorted$|reversed$|structuredClone$)|(?:toSorted|toReversed|slice\(\)\.\w+)$/.test(
            calleeOf(node),
          ),
      };
      const mutable = { kinds: calls, is: (node: Node) => sorts.is(node) && !copies.is(node) };
      return turning(mutable, copies)(part, change);
    },
    couldBe: sorts,
  },
  {
    id: 'none-by-identity',
    languages: 'python',
    title: 'None is compared by identity',
    guidance: 'Write `is None` and `is not None`.',
    see: turning(
      comparison(comparesNone),
      comparison((node) => /\bis (?:not )?None\b/.test(textOf(node))),
    ),
    couldBe: comparison(comparesNone),
  },
  {
    id: 'isinstance-used',
    languages: 'python',
    title: 'A type is checked with isinstance',
    guidance: 'Check types with isinstance, not by comparing type().',
    see: turning(comparison(comparesType), { kinds: ['call'], is: (node) => calleeOf(node) === 'isinstance' }),
    couldBe: comparison(comparesType),
  },
  {
    id: 'context-manager-used',
    languages: 'python',
    title: 'A resource is held by a context manager',
    guidance: 'Open files, locks and connections with `with`.',
    see: (part, change) =>
      releases.test(part.agent.text) ? seenInPersons(gained(change, part, { kinds: ['with_statement'] })) : [],
    couldBe: { kinds: ['call'], is: (node) => isOpen(node) || calleeOf(node).endsWith('.acquire') },
  },
  {
    id: 'lookup-with-default',
    languages: 'python',
    title: 'A lookup has a default',
    guidance: 'Read keys that may be missing with .get and a default.',
    see: turning(lookup, {
      kinds: ['call'],
      is: (node) => /\.(?:get|setdefault)$/.test(calleeOf(node)) && argumentsOf(node).length > 0,
    }),
    couldBe: lookup,
  },
  {
    id: 'pathlib-used',
    languages: 'python',
    title: 'Paths are handled with pathlib',
    guidance: 'Handle paths with pathlib, not os.path.',
    see: (part, change) => {
      const gone = lost(change, part, path);
      const human =
        part.human.nodes(['call']).find((node) => calleeOf(node) === 'Path') ??
        part.human.nodes(['binary_operator']).find((node) => operator(node) === '/');
      return gone.length > 0 && human ? [{ agent: gone[0], human }] : [];
    },
    couldBe: path,
  },
  {
    id: 'datetime-made-aware',
    languages: 'python',
    title: 'A time was given its zone',
    guidance: 'Make times with a zone: datetime.now(timezone.utc).',
    see: turning(naive, {
      kinds: ['call'],
      is: (node) => /(?:now|fromtimestamp)\(.*(?:utc|UTC|tz|timezone|ZoneInfo).*\)$/.test(textOf(node)),
    }),
    couldBe: naive,
  },
];
