const tokens = /"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** A text is walked, not matched: a pattern for it runs out of stack at some ten million characters. */
function* tokensOf(text: string): Generator<[token: string, index: number]> {
  const pattern = new RegExp(tokens);
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const { 0: token, index } = found;
    if (token === '"') pattern.lastIndex = endOfText(text, index);
    yield [text.slice(index, pattern.lastIndex), index];
  }
}

function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** The line, from 1, on which each value of a JSON text begins, by its JSON pointer. Takes text that `JSON.parse` takes. */
export function jsonLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const open: { pointer: string; isList: boolean; next: number; name: string | undefined }[] = [];
  let [line, counted] = [1, 0];
  for (const [token, index] of tokensOf(text)) {
    const inside = open.at(-1);
    if (token === '}' || token === ']') open.pop();
    if (token === ':' || token === '}' || token === ']') continue;
    if (token === ',') {
      if (inside?.isList) inside.next++;
      else if (inside) inside.name = undefined;
      continue;
    }
    if (inside && !inside.isList && inside.name === undefined) {
      inside.name = (JSON.parse(token) as string).replaceAll('~', '~0').replaceAll('/', '~1');
      continue;
    }
    for (let at = text.indexOf('\n', counted); at >= 0 && at < index; at = text.indexOf('\n', counted)) {
      line++;
      counted = at + 1;
    }
    const pointer = inside ? `${inside.pointer}/${inside.isList ? inside.next : inside.name}` : '';
    lines.set(pointer, line);
    if (token === '{' || token === '[') open.push({ pointer, isList: token === '[', next: 0, name: undefined });
  }
  return lines;
}
