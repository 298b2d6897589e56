/** What there must be, so that a version that came out thin shows. */
export interface Expected {
  /** About as many pages as there were when the catalogue was written, less a fifth. */
  pages: number;
  /** Pages that every version has, without their extension. */
  mustHave: readonly string[];
}

/** Of what is expected, what is there and what is not. */
export function coverageOf({ pages, mustHave }: Expected, paths: readonly string[]) {
  const there = new Set(paths.map(bare));
  const missing = mustHave.filter((path) => !there.has(bare(path)));
  const expected = Math.max(pages, mustHave.length);
  const found = Math.min(paths.length, expected);
  return { expected, found: missing.length > 0 ? Math.min(found, expected - missing.length) : found, missing };
}

/** `guide/index.md`, `guide.html` and `guide/` are one page to those who look for it. */
const bare = (path: string) =>
  path
    .toLowerCase()
    .replace(/\.(?:mdx?|html?|d\.ts|txt)$/, '')
    .replace(/(?:^|\/)index$/, '')
    .replace(/\/$/, '');
