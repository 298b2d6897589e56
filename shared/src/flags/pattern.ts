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

/** Adds the states of a part that goes on to `next`, and answers where the part starts. */
type Emit = (next: number) => number;

const longest = 1024;
const mostStates = 2000;
const tokens = /\((?:\?:)?|\[(?:\\.|[^\]\\])*\]|\\.|\{[^}]*\}\??|[*+?]\??|./gsu;
const takenEscape = /^\\[dDwWsStnrvf^$\\.*+?()[\]{}|/]$/;

export function patternComplaint(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message.slice(error.message.lastIndexOf(': ') + 1).trim();
    throw error;
  }
}

/** Throws a SyntaxError for what `patternComplaint` complains of. */
export function compilePattern(pattern: string): Pattern {
  if (pattern.length > longest) throw new SyntaxError(`a pattern has at most ${longest} characters`);
  void new RegExp(pattern, 'u'); // from here on it is well formed
  const states: State[] = [];
  const emit = parse(pattern.match(tokens) ?? [], states);
  return { start: emit(states.push({ kind: 'found' }) - 1), states };
}

function parse(parts: readonly string[], states: State[]): Emit {
  const fitting = new Map<string, (character: string) => boolean>();
  let size = 0;
  let at = 0;

  // Parts without a state count as well: nothing, a million times, is too large too.
  const spend = () => {
    if (++size > mostStates) throw new SyntaxError(`the pattern is too large, more than ${mostStates} states`);
  };
  const add = (state: State) => {
    spend();
    return states.push(state) - 1;
  };
  const fork = (next: number, other: number) => add({ kind: 'fork', next, other });

  const choice = (): Emit => {
    const options = [sequence()];
    while (parts[at] === '|') {
      at++;
      options.push(sequence());
    }
    return (next) => options.map((option) => option(next)).reduce(fork);
  };

  const sequence = (): Emit => {
    const items: Emit[] = [];
    while (at < parts.length && parts[at] !== '|' && parts[at] !== ')') items.push(repeated());
    return (next) => {
      spend();
      return items.reduceRight((after, item) => item(after), next);
    };
  };

  const repeated = (): Emit => {
    const item = atom();
    const bounds = boundsOf(parts[at]);
    if (!bounds) return item;
    at++;
    return (next) => repeat(item, bounds, next);
  };

  const repeat = (item: Emit, [min, max]: Bounds, next: number): number => {
    spend();
    let start = max === Infinity ? loop(item, next) : next;
    for (let i = min; i < max && max !== Infinity; i++) start = fork(item(start), next);
    for (let i = 0; i < min; i++) start = item(start);
    return start;
  };

  const loop = (item: Emit, next: number): number => {
    const again = { kind: 'fork' as const, next, other: next };
    const start = add(again);
    again.next = item(start);
    return start;
  };

  const atom = (): Emit => {
    const part = parts[at++] ?? '';
    if (part.startsWith('(')) return group();
    if (part === '^' || part === '$') return (next) => add({ kind: part === '^' ? 'start' : 'end', next });
    if (part.startsWith('\\') && !takenEscape.test(part)) throw new SyntaxError(`the escape "${part}" is not taken`);
    const fits = fitting.get(part) ?? characterTest(part);
    fitting.set(part, fits);
    return (next) => add({ kind: 'character', fits, next });
  };

  const group = (): Emit => {
    if (parts[at]?.startsWith('?')) throw new SyntaxError('lookaround, named groups and flags "(?…" are not taken');
    const inside = choice();
    at++; // its ")"
    return inside;
  };

  return choice();
}

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
  const expression = new RegExp(`^${part}$`, 'u');
  let asked = '';
  let fits = expression.test(asked);
  return (character) => {
    if (character !== asked) fits = expression.test(character);
    asked = character;
    return fits;
  };
}
