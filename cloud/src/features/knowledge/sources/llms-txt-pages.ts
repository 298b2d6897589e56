import { fencesOf } from '@whetstone/shared/knowledge';

export interface Link {
  title: string;
  url: string;
}

/** The links of an llms.txt, absolute and each once, without fragments. */
export function linksOf(text: string, url: string): Link[] {
  const lines = text.split(/\r?\n/);
  const fences = fencesOf(lines);
  const found = new Map<string, Link>();
  for (const [at, line] of lines.entries()) {
    if (fences[at]) continue;
    for (const [, title, to] of line.matchAll(/\[([^\]]+)\]\(\s*<?([^\s()<>]+)>?[^)]*\)/g)) {
      if (!URL.canParse(to!, url)) continue;
      const link = new URL(to!, url);
      link.hash = '';
      if (/^https?:$/.test(link.protocol) && !found.has(link.href))
        found.set(link.href, { title: title!.trim(), url: link.href });
    }
  }
  return [...found.values()];
}

export interface Part {
  title: string;
  /** Where the page lies, as the file says; undefined where it does not. */
  url: string | undefined;
  text: string;
}

const sourceLine = /^(?:source|url)\s*:\s*<?(\S+?)>?\s*$/i;

interface Mark {
  line: number;
  title: string;
  url: string | undefined;
}

/**
 * The pages that an llms-full.txt is made of. Each begins with a heading of the first level; where pages say where they come from,
 * only such a heading does.
 */
export function partsOf(text: string, url: string): Part[] {
  const lines = text.split(/\r?\n/);
  const fences = fencesOf(lines);
  const all: Mark[] = lines.flatMap((line, at) => {
    const title = fences[at] ? undefined : /^# +(.+?)\s*#*$/.exec(line)?.[1];
    if (title === undefined) return [];
    const { first, source } = sourceNear(lines, at);
    return {
      line: first,
      title: title.trim(),
      url: source !== undefined && URL.canParse(source, url) ? new URL(source, url).href : undefined,
    };
  });
  const told = all.filter((mark) => mark.url !== undefined);
  const marks = told.length > 0 ? told : all;
  const before = lines
    .slice(0, marks[0]?.line ?? lines.length)
    .join('\n')
    .trim();
  const intro: Part[] = before === '' ? [] : [{ title: new URL(url).host, url, text: before }];
  return intro.concat(
    marks.map(({ line, ...mark }, at) => ({
      ...mark,
      text: lines
        .slice(line, marks[at + 1]?.line)
        .join('\n')
        .trim(),
    })),
  );
}

/** Behind a heading, or in the front matter before it. */
function sourceNear(lines: readonly string[], at: number): { first: number; source: string | undefined } {
  const next = lines.slice(at + 1, at + 4).find((line) => line.trim() !== '');
  const behind = next === undefined ? undefined : sourceLine.exec(next)?.[1];
  if (behind !== undefined) return { first: at, source: behind };
  let end = at - 1;
  while (end >= 0 && lines[end]!.trim() === '') end--;
  if (lines[end]?.trim() !== '---') return { first: at, source: undefined };
  for (let line = end - 1; line >= Math.max(0, end - 20); line--) {
    if (lines[line]!.trim() !== '---') continue;
    const source = lines.slice(line + 1, end).flatMap((one) => sourceLine.exec(one)?.[1] ?? [])[0];
    return { first: source === undefined ? at : line, source };
  }
  return { first: at, source: undefined };
}
