import type { Fence } from './fences.ts';
import { pageOf, type Heading, type Section } from './sections.ts';

/** A part of a page that is found, shown and cited as one. Lines are those of the document, from 1, both included. */
export interface Chunk {
  title: string;
  /** Headings from the title down. */
  trail: string[];
  anchor: string | undefined;
  startLine: number;
  endLine: number;
  text: string;
}

/** Lengths in characters. */
const most = 1_800;
const enoughToCut = 1_080;
const mostWithoutBlankLine = 2_700;
const mostOfCode = 5_400;
const tooLittle = 200;

/**
 * Cuts a page by its headings. What is longer than 1,800 characters is cut at a blank line outside code, by force only where
 * there is none; code is kept whole up to 5,400 characters and closed and opened again where it is longer, so that no chunk
 * has half a block. What is shorter than 200 goes with what follows under the same heading.
 */
export function chunksOf(markdown: string, named = ''): Chunk[] {
  const { title = named, sections } = pageOf(markdown);
  return withNext(sections.flatMap(cut)).map((piece) => ({
    title,
    trail: piece.trail.map((heading) => heading.title),
    anchor: piece.trail.at(-1)?.anchor,
    startLine: piece.firstLine,
    endLine: piece.firstLine + piece.lines.length - 1,
    text: whole(piece),
  }));
}

interface Piece {
  trail: Heading[];
  firstLine: number;
  lines: string[];
  /** The block that was cut in two before the first line, or after the last one. */
  cutBefore: Fence | undefined;
  cutAfter: Fence | undefined;
}

function cut({ trail, firstLine, lines, fences }: Section): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let size = 0;
  const close = (to: number) => {
    const [before, after] = [fences[to - 1], fences[to]];
    const isCut = before !== undefined && before.index === after?.index;
    pieces.push(
      ...trimmed({
        trail,
        firstLine: firstLine + from,
        lines: lines.slice(from, to),
        cutBefore: pieces.at(-1)?.cutAfter,
        cutAfter: isCut ? before : undefined,
      }),
    );
    [from, size] = [to, 0];
  };
  const total = lengthOf(lines);
  for (const [at, line] of lines.entries()) {
    size += line.length + 1;
    const isInside = fences[at] !== undefined && fences[at].index === fences[at + 1]?.index;
    if (total <= most || at + 1 === lines.length) continue;
    const isDue = isInside ? size >= mostOfCode : size >= mostWithoutBlankLine;
    if (isDue || (!isInside && size >= enoughToCut && line.trim() === '')) close(at + 1);
  }
  close(lines.length);
  return pieces.flatMap(ofLongLines);
}

/** Blank lines around a piece are not part of it. */
function trimmed(piece: Piece): Piece[] {
  const isText = (line: string) => line.trim() !== '';
  const first = piece.lines.findIndex(isText);
  if (first === -1) return [];
  const last = piece.lines.findLastIndex(isText);
  return [{ ...piece, firstLine: piece.firstLine + first, lines: piece.lines.slice(first, last + 1) }];
}

/** A page may be one line: then its pieces are cut between words and have the same line. */
function ofLongLines(piece: Piece): Piece[] {
  if (lengthOf(piece.lines) <= mostOfCode * 2) return [piece];
  return piece.lines.flatMap((line, at) =>
    partsOf(line).map((part) => ({ ...piece, firstLine: piece.firstLine + at, lines: [part] })),
  );
}

function partsOf(line: string): string[] {
  const parts: string[] = [];
  let rest = line;
  while (rest.length > most) {
    const blank = rest.lastIndexOf(' ', most);
    const end = blank > enoughToCut ? blank : most;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...parts, rest].filter((part) => part.trim() !== '');
}

/** What is short goes with what follows it under the same heading; a heading alone goes with what stands under it. */
function withNext(pieces: readonly Piece[]): Piece[] {
  const kept: Piece[] = [];
  for (const piece of pieces) {
    const before = kept.at(-1);
    if (before && belongTogether(before, piece)) kept[kept.length - 1] = joined(before, piece);
    else kept.push(piece);
  }
  return kept;
}

function belongTogether(before: Piece, piece: Piece) {
  if (before.cutAfter || piece.firstLine <= before.firstLine) return false;
  const [size, more] = [lengthOf(before.lines), lengthOf(piece.lines)];
  if (size >= tooLittle || size + more >= most) return false;
  const parent = before.trail.slice(0, -1);
  return parent.length > 0 || before.trail.length === 0
    ? startsWith(piece.trail, parent)
    : startsWith(piece.trail, before.trail);
}

const startsWith = (trail: readonly Heading[], start: readonly Heading[]) =>
  start.every((heading, at) => trail[at] === heading);

function joined(before: Piece, piece: Piece): Piece {
  const apart = before.trail.findIndex((heading, at) => piece.trail[at] !== heading);
  const gap = piece.firstLine - before.firstLine - before.lines.length;
  return {
    trail: apart === -1 ? before.trail : before.trail.slice(0, apart),
    firstLine: before.firstLine,
    lines: [...before.lines, ...Array<string>(Math.max(0, gap)).fill(''), ...piece.lines],
    cutBefore: before.cutBefore,
    cutAfter: piece.cutAfter,
  };
}

const lengthOf = (lines: readonly string[]) => lines.reduce((sum, line) => sum + line.length + 1, 0);

const whole = ({ lines, cutBefore, cutAfter }: Piece) =>
  [...(cutBefore ? [cutBefore.opening] : []), ...lines, ...(cutAfter ? [cutAfter.marker] : [])].join('\n');
