/**
 * Compiles a regular expression to an automaton. What it means is what a JavaScript RegExp with the `u` flag means,
 * less what cannot be searched in linear time. RegExp itself checks the syntax and judges single characters.
 */
export interface Pattern {
  readonly states: readonly State[];
  readonly start: number;
}

type State =
  | { kind: 'character'; fits: (character: string) => boolean; next: number }
  | { kind: 'fork'; next: number; other: number }
  | { kind: 'start' | 'end'; next: number }
  | { kind: 'found' };

/** Known before it is built, so that measuring a pattern takes no longer than reading it. */
interface Part {
  /** States; what has none, repeated or not, counts as well: nothing, a million times, is too large too. */
  readonly size: number;
  /** Adds the states of the part, which goes on to `next`, and answers where it starts. */
  readonly emit: (states: State[], next: number) => number;
}

const longest = 1024;

/**
 * Of all `matches` values of one flag together, those of its scheduled changes included. An evaluation walks each state
 * at most twice per character, so this times `longestMatched` bounds what the patterns of a flag can cost it.
 */
export const mostStates = 2000;

const tokens = /\((?:\?:)?|\[(?:\\.|[^\]\\])*\]|\\.|\{[^}]*\}\??|[*+?]\??|./gsu;
const takenEscape = /^\\[dDwWsStnrvf^$\\.*+?()[\]{}|/]$/;

/** At least the number of its states. Throws as `compilePattern` does. */
export const sizeOfPattern = (pattern: string): number => read(pattern).size;

/** The same as a share of a budget; of a pattern that is refused anyway, none. */
export function patternStates(pattern: string): number {
  try {
    return sizeOfPattern(pattern);
  } catch (error) {
    if (error instanceof SyntaxError) return 0;
    throw error;
  }
}

/** Throws a SyntaxError whose message says what is not taken. */
export function compilePattern(pattern: string): Pattern {
  const { emit } = read(pattern);
  const states: State[] = [{ kind: 'found' }];
  return { start: emit(states, 0), states };
}

function read(pattern: string): Part {
  if (pattern.length > longest) throw new SyntaxError(`a pattern has at most ${longest} characters`);
  checkSyntax(pattern); // from here on it is well formed
  const part = parse(pattern.match(tokens) ?? []);
  if (part.size > mostStates) throw new SyntaxError(`the pattern is too large, more than ${mostStates} states`);
  return part;
}

/** V8 says "Invalid regular expression: /(/u: Unterminated group". */
function checkSyntax(pattern: string): void {
  try {
    void new RegExp(pattern, 'u');
  } catch (error) {
    throw new SyntaxError(String(error).split(': ').pop());
  }
}

function parse(parts: readonly string[]): Part {
  const fitting = new Map<string, (character: string) => boolean>();
  let at = 0;

  const choice = (): Part => {
    const options = [sequence()];
    while (parts[at] === '|') {
      at++;
      options.push(sequence());
    }
    return {
      size: sizeOf(options) + options.length - 1,
      emit: (states, next) =>
        options
          .map((option) => option.emit(states, next))
          .reduce((other, start) => add(states, { kind: 'fork', next: other, other: start })),
    };
  };

  const sequence = (): Part => {
    const items: Part[] = [];
    while (at < parts.length && parts[at] !== '|' && parts[at] !== ')') items.push(repeated());
    return {
      size: 1 + sizeOf(items),
      emit: (states, next) => items.reduceRight((after, item) => item.emit(states, after), next),
    };
  };

  const repeated = (): Part => {
    const item = atom();
    const bounds = boundsOf(parts[at]);
    if (!bounds) return item;
    at++;
    return repeat(item, bounds);
  };

  const atom = (): Part => {
    const part = parts[at++] ?? '';
    if (part.startsWith('(')) return group();
    if (part === '^' || part === '$') return single({ kind: part === '^' ? 'start' : 'end' });
    if (part.startsWith('\\') && !takenEscape.test(part)) throw new SyntaxError(`the escape "${part}" is not taken`);
    const fits = fitting.get(part) ?? characterTest(part);
    fitting.set(part, fits);
    return single({ kind: 'character', fits });
  };

  const group = (): Part => {
    if (parts[at]?.startsWith('?')) throw new SyntaxError('lookaround, named groups and flags "(?…" are not taken');
    const inside = choice();
    at++; // its ")"
    return inside;
  };

  return choice();
}

const sizeOf = (parts: readonly Part[]): number => parts.reduce((sum, { size }) => sum + size, 0);

const add = (states: State[], state: State): number => states.push(state) - 1;

type Single = { kind: 'character'; fits: (character: string) => boolean } | { kind: 'start' | 'end' };

const single = (state: Single): Part => ({ size: 1, emit: (states, next) => add(states, { ...state, next }) });

function repeat(item: Part, [min, max]: Bounds): Part {
  if (max === Infinity) {
    const again = loop(item);
    return {
      size: 1 + again.size + min * item.size,
      emit: (states, next) => copies(item, min, states, again.emit(states, next)),
    };
  }
  return {
    size: 1 + (max - min) * (item.size + 1) + min * item.size,
    emit(states, next) {
      let start = next;
      for (let i = min; i < max; i++)
        start = add(states, { kind: 'fork', next: item.emit(states, start), other: next });
      return copies(item, min, states, start);
    },
  };
}

function copies(item: Part, count: number, states: State[], next: number): number {
  let start = next;
  for (let i = 0; i < count; i++) start = item.emit(states, start);
  return start;
}

const loop = (item: Part): Part => ({
  size: item.size + 1,
  emit(states, next) {
    const again = { kind: 'fork' as const, next, other: next };
    const start = add(states, again);
    again.next = item.emit(states, start);
    return start;
  },
});

type Bounds = readonly [min: number, max: number];

/** Lazy or greedy: the same texts match. */
function boundsOf(part = ''): Bounds | undefined {
  if (part.startsWith('*')) return [0, Infinity];
  if (part.startsWith('+')) return [1, Infinity];
  if (part.startsWith('?')) return [0, 1];
  const [, min, comma, max] = /^\{(\d+)(,?)(\d*)\}/.exec(part) ?? [];
  return min === undefined ? undefined : [Number(min), comma ? Number(max || Infinity) : Number(min)];
}

/** Remembers the last character: copies of a part all ask about the same one. */
function characterTest(part: string): (character: string) => boolean {
  let expression: RegExp | undefined;
  let asked: string | undefined;
  let fits = false;
  return (character) => {
    if (character !== asked) fits = (expression ??= new RegExp(`^${part}$`, 'u')).test(character);
    asked = character;
    return fits;
  };
}
