import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  apply,
  emptyState,
  trackedPaths,
  type EngineState,
  type Entry,
} from '../../mcp-server/src/capture/engine/index.ts';

/** A line as this model knows it, by who made it and not by what it says. */
export interface ModelLine {
  text: string;
  /** As its maker wrote it. */
  origin: string;
  owner: 'base' | 'agent' | 'person' | 'others';
}

export type Fate = 'person' | 'agent' | 'others' | 'dropped';

export interface History {
  state: EngineState;
  nowMs: number;
  files: Map<string, ModelLine[]>;
  /** What became of lines of agents that are no more, with their texts when it happened. */
  fates: { fate: Fate; text: string; origin: string; event: number }[];
  reformed: Set<ModelLine>;
  steps: string[];
}

interface Options {
  seed: number;
  /** Every third line is `end();`, a blank or `return x;`. */
  withRepeats: boolean;
  /** In Python a line that is indented under a new `if` is another one. */
  language?: 'typescript' | 'python';
  root: string;
  onStep?: (history: History) => void;
  /** What the engine is told, and all as it is then. */
  onEntry?: (entry: Entry, history: History) => void;
}

const minuteMs = 60_000;

/** A history made at random, played on a real repository and told to the engine as the hooks tell it. */
export function playHistory({ seed, withRepeats, language = 'typescript', root, onStep, onEntry }: Options): History {
  let random = seed * 2_654_435_761 + 1;
  const chance = (below: number) => {
    random = (Math.imul(random ^ (random >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((random ^ (random >>> 13)) >>> 0) % below;
  };
  mkdirSync(root, { recursive: true });
  const git = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8', env: environment });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const history: History = {
    state: emptyState(),
    nowMs: 1_700_000_000_000,
    files: new Map(),
    fates: [],
    reformed: new Set(),
    steps: [],
  };
  let next = 0;
  let event = 0;
  const isPython = language === 'python';
  const ending = isPython ? 'py' : 'ts';
  const makeText = () => {
    const id = next++;
    if (isPython) {
      if (withRepeats && chance(3) === 0) return ['end()', '', 'x = None'][chance(3)]!;
      return `name${id} = call${id}(${chance(90)}, '${seed}')`;
    }
    if (withRepeats && chance(3) === 0) return ['end();', '', '  return x;'][chance(3)]!;
    return `${'  '.repeat(chance(3))}const name${id} = call${id}(${chance(90)}, '${seed}');`;
  };
  const make = (owner: ModelLine['owner'], text = makeText()): ModelLine => ({ text, origin: text, owner });
  const textOf = (lines: readonly ModelLine[]) => lines.map(({ text }) => `${text}\n`).join('');
  const write = (path: string) => writeFileSync(join(root, path), textOf(history.files.get(path)!));
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null);
  const feed = (entry: Entry) => {
    history.nowMs += minuteMs;
    history.state = apply(history.state, entry);
    onEntry?.(entry, history);
  };
  const contents = () => trackedPaths(history.state).map((path) => ({ path, text: read(path) }));
  const settle = (why: 'prompt' | 'stop' | 'commit' = 'prompt') =>
    feed({ kind: 'settle', atMs: history.nowMs, why, files: contents() });
  const copy = () => new Map([...history.files].map(([path, lines]) => [path, [...lines]]));
  const texts = (files: ReadonlyMap<string, ModelLine[]>) =>
    new Map([...files].map(([path, lines]) => [path, textOf(lines)]));
  const moved = (
    why: 'checkout' | 'merge' | 'rewrite' | 'reset' | 'stash' | 'commit',
    by: 'user' | 'others',
    [from, to]: readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>],
    renames: [string, string][] = [],
  ) => {
    const files = trackedPaths(history.state).map((path) => ({
      path,
      from: from.get(path) ?? null,
      to: to.get(path) ?? null,
    }));
    feed({ kind: 'moved', atMs: history.nowMs, why, by, files, renames });
  };
  const lose = (lines: readonly ModelLine[], fate: Fate) => {
    for (const { owner, text, origin } of lines)
      if (owner === 'agent') history.fates.push({ fate, text, origin, event });
  };
  let head = texts(history.files);
  const commit = (...args: string[]) => {
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'x', ...args);
    const last = head;
    head = texts(history.files);
    return last;
  };
  const pick = () => [...history.files.keys()][chance(history.files.size)]!;
  const session = () => `s${chance(2)}`;

  const acts: Record<string, () => void> = {
    agent() {
      const path = chance(8) === 0 ? `new${next}.${ending}` : pick();
      const who = { session: session(), agent: 'agent' };
      feed({ kind: 'pre', atMs: history.nowMs, ...who, files: [{ path, text: read(path) }] });
      const lines = history.files.get(path) ?? [];
      const at = chance(lines.length + 1);
      const gone = lines.splice(
        at,
        chance(3) === 0 ? chance(4) : 0,
        ...Array.from({ length: 1 + chance(7) }, () => make('agent')),
      );
      lose(gone, 'agent');
      history.files.set(path, lines);
      write(path);
      feed({ kind: 'post', atMs: history.nowMs, ...who, files: [{ path, text: read(path) }] });
    },
    revise() {
      const path = pick();
      const lines = history.files.get(path)!;
      const who = { session: session(), agent: 'agent' };
      const own = lines.flatMap(({ owner }, i) => (owner === 'agent' ? [i] : []));
      if (own.length === 0) return;
      feed({ kind: 'pre', atMs: history.nowMs, ...who, files: [{ path, text: read(path) }] });
      lose(lines.splice(own[chance(own.length)]!, 1, make('agent')), 'agent');
      write(path);
      feed({ kind: 'post', atMs: history.nowMs, ...who, files: [{ path, text: read(path) }] });
    },
    person() {
      const path = pick();
      const lines = history.files.get(path)!;
      const own = lines.flatMap(({ owner }, i) => (owner === 'agent' ? [i] : []));
      const at = own.length > 0 && chance(4) > 0 ? own[chance(own.length)]! : chance(lines.length + 1);
      event++;
      const kind = chance(4);
      if (kind === 0) lines.splice(at, 0, ...Array.from({ length: 1 + chance(3) }, () => make('person')));
      else if (kind === 1) lose(lines.splice(at, 1 + chance(3)), 'person');
      else if (kind === 2) lose(lines.splice(at, 1 + chance(2), make('person')), 'person');
      else if (lines[at]) {
        const text = lines[at].text.includes('call') ? lines[at].text.replace('call', `other${next++}`) : makeText();
        if (text.trim() !== lines[at].text.trim()) lose(lines.splice(at, 1, make('person', text)), 'person');
      }
      write(path);
      if (chance(2) === 0) settle();
    },
    format() {
      const path = pick();
      // A formatter leaves a broken file alone; in Python it can do little more than quotes without breaking it.
      if (isPython && !isWhole(history.files.get(path)!)) return;
      const to = isPython ? 2 : chance(3);
      for (const [i, line] of history.files.get(path)!.entries()) {
        const text =
          to === 0
            ? line.text.replaceAll('  ', '\t')
            : to === 1
              ? line.text.replace(/;$/, '')
              : line.text.replaceAll("'", '"');
        if (text === line.text) continue;
        history.files.get(path)![i] = Object.assign(line, { text });
        if (line.owner === 'agent') history.reformed.add(line);
      }
      write(path);
      if (chance(2) === 0) settle();
    },
    reindent() {
      const path = pick();
      const lines = history.files.get(path)!;
      const at = chance(lines.length + 1);
      if (isPython) {
        event++;
        indentBelow(lines, at);
        write(path);
        settle();
        return;
      }
      for (const line of lines.slice(at, at + 4)) {
        if (line.text === '') continue;
        line.text = `  ${line.text}`;
        if (line.owner === 'agent') history.reformed.add(line);
      }
      write(path);
      settle();
    },
    commit() {
      const from = commit();
      settle('commit');
      moved('commit', 'user', [from, head]);
    },
    amend() {
      const from = commit('--amend');
      settle('commit');
      moved('rewrite', 'user', [from, head]);
    },
    squash() {
      acts['commit']!();
      const before = head;
      acts['person']!();
      acts['commit']!();
      git('reset', '-q', '--soft', 'HEAD~2');
      git('commit', '-q', '--allow-empty', '-m', 'squashed');
      moved('reset', 'user', [head, before]);
      moved('rewrite', 'user', [before, head]);
      settle('commit');
    },
    stash() {
      const committed = copyOf(head);
      if ([...history.files].every(([path, lines]) => committed.get(path) === textOf(lines))) return;
      git('add', '-A');
      git('stash', '-q');
      const stashed = copy();
      moved('stash', 'user', [texts(stashed), head]);
      settle();
      if (chance(2) === 0) history.nowMs += 60 * minuteMs;
      git('stash', 'pop', '-q', '--index');
      moved('stash', 'user', [head, texts(stashed)]);
      settle();
    },
    branch() {
      acts['commit']!();
      const here = copy();
      const mine = head;
      git('checkout', '-q', 'start');
      moved('checkout', 'user', [mine, startTexts]);
      settle();
      git('checkout', '-q', 'main');
      moved('checkout', 'user', [startTexts, mine]);
      settle();
      history.files = here;
    },
    merge: () => ofOthers('merge'),
    rebase: () => ofOthers('rebase'),
    pick() {
      acts['commit']!();
      const mine = head;
      acts['agent']!();
      const picked = copy();
      acts['commit']!();
      git('checkout', '-q', '-B', 'side', 'HEAD~1');
      moved('checkout', 'user', [head, mine]);
      settle();
      git('cherry-pick', '--allow-empty', 'main');
      git('checkout', '-q', '-B', 'main');
      settle('commit');
      moved('commit', 'user', [mine, head]);
      history.files = picked;
    },
    rename() {
      acts['commit']!();
      const path = pick();
      const to = `moved${next++}.${ending}`;
      renameSync(join(root, path), join(root, to));
      history.files = new Map([...history.files].map(([name, lines]) => [name === path ? to : name, lines]));
      const from = commit();
      moved('commit', 'user', [from, head], [[path, to]]);
      settle('commit');
    },
    reset() {
      acts['commit']!();
      const before = copy();
      const kept = head;
      acts['agent']!();
      acts['commit']!();
      const dropped = head;
      git('reset', '-q', '--hard', 'HEAD~1');
      moved('reset', 'user', [dropped, kept]);
      settle();
      if (chance(2) === 0) {
        git('reset', '-q', '--hard', 'ORIG_HEAD');
        moved('reset', 'user', [kept, dropped]);
        settle();
        return;
      }
      const left = new Set([...before.values()].flat());
      lose(
        [...history.files.values()].flat().filter((line) => !left.has(line)),
        'dropped',
      );
      // What the agent replaced came back with it.
      const back = new Set([...before.values()].flat());
      const present = new Set([...history.files.values()].flat());
      for (const line of back) {
        if (present.has(line) || line.owner !== 'agent') continue;
        const at = history.fates.findLastIndex(({ text, fate }) => text === line.text && fate === 'agent');
        if (at >= 0) history.fates.splice(at, 1);
      }
      history.files = before;
      head = kept;
    },
  };

  /** A person puts up to three statements under a condition. */
  function indentBelow(lines: ModelLine[], at: number): void {
    if (!isWhole(lines)) return;
    const end = lines.findIndex(
      ({ text }, i) => i >= at && (i === at + 3 || !/^\w/.test(text) || text.startsWith('if ')),
    );
    const under = lines.slice(at, end === -1 ? at + 3 : end);
    if (under.length === 0 || lines[at + under.length]?.text.startsWith(' ')) return;
    lose(under, 'person');
    const moved = under.map(({ text }) => make('person', `    ${text}`));
    lines.splice(at, under.length, make('person', `if check${next++}():`), ...moved);
  }

  /** A commit of somebody else, with lines of its own at the top, and now and then without one of ours. */
  function ofOthers(how: 'merge' | 'rebase'): void {
    acts['commit']!();
    const mine = copy();
    const before = head;
    const path = pick();
    git('checkout', '-q', '-B', 'others', how === 'merge' ? 'main' : 'main~1');
    if (how === 'rebase') {
      const name = `others${next}.${ending}`;
      history.files.set(name, [make('others', `others${next++} = 1`)]);
      write(name);
    } else {
      const lines = history.files.get(path)!;
      if (chance(2) === 0) lose(lines.splice(chance(lines.length + 1), 1), 'others');
      lines.unshift(make('others'));
      write(path);
    }
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'others');
    git('checkout', '-q', 'main');
    void mine;
    if (how === 'merge') git('merge', '-q', '--no-edit', 'others');
    else git('rebase', '-q', 'others');
    head = texts(history.files);
    moved(how === 'merge' ? 'merge' : 'rewrite', how === 'merge' ? 'others' : 'user', [before, head]);
    settle();
  }

  git('init', '-q', '-b', 'main', '--template=');
  history.files.set(
    `a.${ending}`,
    Array.from({ length: 12 }, () => make('base')),
  );
  history.files.set(
    `b.${ending}`,
    Array.from({ length: 8 }, () => make('base')),
  );
  for (const path of history.files.keys()) write(path);
  commit();
  git('branch', 'start');
  const startTexts = head;
  acts['agent']!();
  acts['commit']!();
  const names = [
    'agent',
    'agent',
    'agent',
    'revise',
    'person',
    'person',
    'person',
    'person',
    'format',
    'reindent',
    'commit',
  ];
  const ofGit = ['amend', 'squash', 'stash', 'branch', 'merge', 'rebase', 'pick', 'rename', 'reset'];
  const plan = [
    ...Array.from({ length: 9 }, () => names[chance(names.length)]!),
    ofGit[seed % ofGit.length]!,
    ofGit[chance(ofGit.length)]!,
  ];
  for (let left = plan.length; left > 0; left--) {
    const [name] = plan.splice(chance(left), 1);
    history.steps.push(name!);
    acts[name!]!();
    onStep?.(history);
    for (const [path, lines] of history.files) {
      if (read(path) !== textOf(lines))
        throw new Error(`seed ${seed}: the model of ${path} is wrong after ${history.steps.join(', ')}`);
    }
  }
  settle();
  rmSync(root, { recursive: true, force: true });
  return history;
}

/** Whether every indented line of Python stands under a condition, and every condition over one. */
const isWhole = (lines: readonly ModelLine[]) => {
  const said = lines.filter(({ text }) => text !== '');
  return (
    said.every(({ text }, i) => {
      const isUnder = i > 0 && /^(?:if| )/.test(said[i - 1]!.text);
      return text.startsWith(' ') ? isUnder : i === 0 || !said[i - 1]!.text.startsWith('if ');
    }) && !said.at(-1)?.text.startsWith('if ')
  );
};

const copyOf = <K, V>(map: ReadonlyMap<K, V>) => new Map(map);

const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'user-1',
  GIT_AUTHOR_EMAIL: 'user-1@example.invalid',
  GIT_COMMITTER_NAME: 'user-1',
  GIT_COMMITTER_EMAIL: 'user-1@example.invalid',
  GIT_EDITOR: 'true',
};
