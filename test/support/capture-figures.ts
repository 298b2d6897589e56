import { dayMs } from '../../mcp-server/src/capture/engine/state.ts';
import { report } from '../../mcp-server/src/capture/engine/index.ts';
import type { History } from './capture-history.ts';

export interface Figures {
  lines: { right: number; told: number; true: number };
  events: { right: number; told: number; found: number; true: number };
  /** Lines that only a formatter changed, and those of them that were called corrected. */
  reformed: { all: number; wrong: number };
  revised: { all: number; wrong: number };
  others: { all: number; wrong: number };
  dropped: { all: number; right: number };
  living: { all: number; right: number };
}

export const noFigures = (): Figures => ({
  lines: { right: 0, told: 0, true: 0 },
  events: { right: 0, told: 0, found: 0, true: 0 },
  reformed: { all: 0, wrong: 0 },
  revised: { all: 0, wrong: 0 },
  others: { all: 0, wrong: 0 },
  dropped: { all: 0, right: 0 },
  living: { all: 0, right: 0 },
});

export function sumOf(a: Figures, b: Figures): Figures {
  const sum = <Part extends Record<string, number>>(x: Part, y: Part) =>
    Object.fromEntries(Object.entries(x).map(([name, value]) => [name, value + y[name]!])) as Part;
  return {
    lines: sum(a.lines, b.lines),
    events: sum(a.events, b.events),
    reformed: sum(a.reformed, b.reformed),
    revised: sum(a.revised, b.revised),
    others: sum(a.others, b.others),
    dropped: sum(a.dropped, b.dropped),
    living: sum(a.living, b.living),
  };
}

const byPersons = new Set(['edited', 'deleted', 'mixed']);

/** Of a line that was formatted and edited between two looks, the engine cannot know the form in between. */
const said = (line: string) => line.replace(/\s+/g, '').replaceAll('"', "'").replace(/;$/, '');

/** Without blank lines, which are form: nobody is corrected by one more or less. */
const linesOf = (before: string | undefined) => (before ?? '').split('\n').map(said).filter(Boolean);

/** Compares by what lines say, so that neither side has to know how the other names them. */
export function count(figures: Figures, { state, files, fates, reformed, nowMs }: History): void {
  const hunks = report(state, nowMs + dayMs + 1);
  const told = hunks.filter(
    ({ verdict, ageMs }) => byPersons.has(verdict) || (verdict === 'rejected' && ageMs !== undefined),
  );
  const isDrop = ({ verdict, after }: (typeof hunks)[number]) => verdict === 'rejected' && after === undefined;
  const left = fates
    .filter(({ fate, text }) => fate === 'person' && said(text) !== '')
    .map((fate) => ({ ...fate, isFound: false }));
  figures.lines.true += left.length;
  for (const hunk of told.filter((one) => !isDrop(one))) {
    let right = 0;
    const texts = linesOf(hunk.before);
    if (texts.length === 0) continue;
    for (const text of texts) {
      const match = left.find((line) => !line.isFound && said(line.text) === text);
      if (!match) continue;
      match.isFound = true;
      right++;
    }
    figures.lines.told += texts.length;
    figures.lines.right += right;
    figures.events.told++;
    if (right > 0) figures.events.right++;
  }
  const events = new Map<number, boolean>();
  for (const { event, isFound } of left) events.set(event, (events.get(event) ?? false) || isFound);
  figures.events.true += events.size;
  figures.events.found += [...events.values()].filter(Boolean).length;

  const human = new Map<string, number>();
  for (const hunk of told.filter((one) => !isDrop(one))) {
    for (const text of linesOf(hunk.before)) human.set(text, (human.get(text) ?? 0) + 1);
  }
  for (const line of left) human.set(said(line.text), (human.get(said(line.text)) ?? 0) - 1);
  const isCalledHuman = (text: string) => (human.get(said(text)) ?? 0) > 0;
  for (const { fate, text } of fates) {
    if (fate === 'agent') {
      figures.revised.all++;
      if (isCalledHuman(text)) figures.revised.wrong++;
    } else if (fate === 'others') {
      figures.others.all++;
      if (isCalledHuman(text)) figures.others.wrong++;
    }
  }
  const drops = hunks.filter(isDrop).flatMap(({ before }) => (before ?? '').split('\n'));
  for (const { fate, origin } of fates) {
    if (fate !== 'dropped') continue;
    figures.dropped.all++;
    if (drops.includes(origin)) figures.dropped.right++;
  }
  for (const [path, lines] of files) {
    const owned = new Set<number>();
    for (const { file, startLine, endLine, verdict } of hunks) {
      if (file !== path || (verdict !== 'kept' && verdict !== 'cosmetic')) continue;
      for (let i = startLine; i <= endLine; i++) owned.add(i);
    }
    lines.forEach((line, i) => {
      if (line.owner !== 'agent') return;
      figures.living.all++;
      if (owned.has(i + 1)) figures.living.right++;
      if (!reformed.has(line)) return;
      figures.reformed.all++;
      if (isCalledHuman(line.text)) figures.reformed.wrong++;
    });
  }
}
