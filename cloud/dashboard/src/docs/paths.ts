/** Where each thing about documentation is looked at. */
export const libraryPath = (library: string) => `/knowledge/libraries/${encodeURIComponent(library)}`;

export const versionPath = (library: string, version: string) =>
  `${libraryPath(library)}/${encodeURIComponent(version)}`;

export interface Lines {
  from: number;
  to: number;
}

interface Place {
  library: string;
  version: string;
  path: string;
  lines?: Lines | undefined;
}

export function pagePath({ library, version, path, lines }: Place): string {
  const query = new URLSearchParams({ path });
  if (lines) query.set('lines', linesText(lines));
  return `${versionPath(library, version)}/page?${query.toString()}`;
}

/** '12-40', or '12' where it is one. */
export const linesText = ({ from, to }: Lines) => (from === to ? `${from}` : `${from}-${to}`);

/** What `linesText` made; undefined where it is anything else. */
export function linesOf(text: string | null): Lines | undefined {
  const found = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text ?? '');
  if (!found) return undefined;
  const [from, to] = [Number(found[1]), Number(found[2] ?? found[1])];
  return from >= 1 && to >= from ? { from, to } : undefined;
}

/** What is asked of the documentation, as it is typed. */
export interface Asked {
  query: string;
  library: string;
  version: string;
}

export const askedOf = (search: URLSearchParams): Asked => ({
  query: search.get('q') ?? '',
  library: search.get('library') ?? '',
  version: search.get('version') ?? '',
});

export function searchPath({ query, library, version }: Asked): string {
  const said = Object.entries({ q: query, library, version }).filter(([, text]) => text.trim() !== '');
  const text = new URLSearchParams(said).toString();
  return text === '' ? '/knowledge/search' : `/knowledge/search?${text}`;
}
