/** A page as a search names it. */
export interface FoundPage {
  path: string;
  url: string;
}

/**
 * Which of some pages a label means. Labels are addresses (`https://site/page`), files of a package (`npm:name@version/path`) or
 * of a repository (`git:owner/repo/path`), or bare paths; the documentation may have been taken from elsewhere, or from a folder
 * further down. So: the page with that address, else the page whose path is the longest end of the label's, else the shortest
 * path that ends with the label's. Anchors, questions, endings (`.md`, `.html`) and `index` are no part of it.
 */
export function pageOfLabel<Page extends FoundPage>(label: string, pages: readonly Page[]): Page | undefined {
  if (isAddress(label)) {
    const address = addressOf(label);
    const same = pages.find(({ url }) => isAddress(url) && addressOf(url) === address);
    if (same) return same;
  }
  const wanted = placeOf(label);
  const placed = pages.map((page) => ({ page, place: placeOf(page.path) }));
  const same = placed.find(({ place }) => place === wanted);
  if (same) return same.page;
  const longest = placed
    .filter(({ place }) => place !== '' && wanted.endsWith(`/${place}`))
    .toSorted((a, b) => b.place.length - a.place.length)[0];
  const shortest = placed
    .filter(({ place }) => wanted !== '' && place.endsWith(`/${wanted}`))
    .toSorted((a, b) => a.place.length - b.place.length)[0];
  return (longest ?? shortest)?.page;
}

const isAddress = (text: string) => /^https?:\/\//i.test(text);

const addressOf = (url: string) => bare(url.replace(/^https?:\/\/(?:www\.)?/i, ''));

/** The path below the site, the package or the repository. */
const placeOf = (page: string) =>
  bare(page.replace(/^(?:https?:\/\/[^/]*|npm:(?:@[^/]+\/)?[^/]+|git:[^/]+\/[^/]+)(?=\/|$)/i, '')).replace(/^\/+/, '');

const bare = (text: string) =>
  text
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.(?:mdx?|markdown|html?)$/i, '')
    .replace(/(?:^|\/)index$/, '');
