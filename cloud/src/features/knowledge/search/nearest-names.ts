/** Names like one that is not known, the likest first: by the pairs of letters that they share, and what contains it or lies in it. */
export function nearestNames(asked: string, known: Iterable<string>, most = 5): string[] {
  const wanted = plain(asked);
  return [...new Set(known)]
    .map((name) => ({ name, alike: likeness(wanted, plain(name)) }))
    .filter(({ alike }) => alike >= fewestAlike)
    .toSorted((a, b) => b.alike - a.alike || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

const fewestAlike = 0.4;

const plain = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** Dice's coefficient of letter pairs (Dice, Ecology 26, 1945), with the word's ends; letters that changed places count half. */
function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const contains = short.length >= 3 && long.includes(short) ? 0.5 + (0.5 * short.length) / long.length : 0;
  const transposed = sorted(a) === sorted(b) ? 0.7 : 0;
  return Math.max(contains, transposed, dice(pairsOf(a), pairsOf(b)));
}

const sorted = (text: string) => [...text].toSorted().join('');

const pairsOf = (text: string) => {
  const ended = `^${text}$`;
  return Array.from({ length: ended.length - 1 }, (_, at) => ended.slice(at, at + 2));
};

function dice(a: readonly string[], b: readonly string[]) {
  const left = [...b];
  let shared = 0;
  for (const pair of a) {
    const at = left.indexOf(pair);
    if (at === -1) continue;
    left.splice(at, 1);
    shared++;
  }
  return (2 * shared) / (a.length + b.length);
}
