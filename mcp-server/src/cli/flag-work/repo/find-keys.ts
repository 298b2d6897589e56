/** How sure a place is: the key in a call that asks for a flag, in quotes, or as a word. */
export type Sureness = 'call' | 'quoted' | 'word';

export interface Place {
  key: string;
  /** From 1. */
  line: number;
  how: Sureness;
}

/**
 * Calls that ask for a flag by a key that is written out: this product's library and tool, OpenFeature's evaluation API in
 * the spellings of its languages, and hooks. `evaluate_flag` takes its key by name as well, as in a tool call.
 * Repetitions have bounds, so that no text takes longer than its length.
 */
const call =
  /\b(?:evaluate_?[Ff]lag(?:Details|_details)?|use(?:Boolean|String|Number|Object)?Flag(?:Value|Details)?|[gG]et_?(?:[Bb]oolean|[Ss]tring|[Nn]umber|[Ii]nteger|[Ff]loat|[Oo]bject)_?(?:[Vv]alue|[Dd]etails)(?:Async)?)(?:<[^<>(){}\n]{0,200}>)?\(\s{0,200}\{?\s{0,200}(?:['"]?key['"]?\s{0,20}[:=]\s{0,20})?(["'`])([a-z0-9][a-z0-9._-]{0,127})\1/g;
const toolCall =
  /\bevaluate_flag["'`]?\s{0,20},\s{0,200}(?:\w{1,40}\s{0,20}[:=]\s{0,20})?\{\s{0,200}["']?key["']?\s{0,20}:\s{0,20}(["'`])([a-z0-9][a-z0-9._-]{0,127})\1/g;
const words = /[A-Za-z0-9_][A-Za-z0-9_.-]*/g;

/**
 * Where a text names one of the keys as a whole token, and where it asks for any key at all. A dot or dash at the end
 * belongs to the sentence, not to the key. One place for each key and line, the surest.
 */
export function findKeys(text: string, isKey: (word: string) => boolean): Place[] {
  const lineAt = lineCounter(text);
  const found = new Map<string, Place>();
  const add = (key: string, at: number, how: Sureness) => {
    const line = lineAt(at);
    const id = `${line} ${key}`;
    if (!found.has(id)) found.set(id, { key, line, how });
  };
  for (const pattern of [call, toolCall]) {
    for (const match of text.matchAll(pattern)) add(match[2]!, match.index + match[0].lastIndexOf(match[2]!), 'call');
  }
  const plain: [key: string, at: number][] = [];
  for (const { 0: word, index } of text.matchAll(words)) {
    const key = word.replace(/[.-]+$/, '');
    if (!isKey(key)) continue;
    const [before, after] = [text[index - 1], text[index + key.length]];
    const isQuoted = before !== undefined && before === after && `"'\``.includes(before);
    if (isQuoted) add(key, index, 'quoted');
    else plain.push([key, index]);
  }
  for (const [key, at] of plain) add(key, at, 'word');
  return [...found.values()].sort((a, b) => a.line - b.line);
}

/** The line of a place; made when first asked, since most texts hold nothing. */
function lineCounter(text: string) {
  let starts: number[] | undefined;
  return (at: number) => {
    starts ??= [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
