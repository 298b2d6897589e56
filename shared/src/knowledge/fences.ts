/** A line inside a fenced code block, the fence's own two lines included. */
export interface Fence {
  /** What opened it: needed to open it again where a block has to be cut. */
  opening: string;
  /** Its own marker, which alone closes it. */
  marker: string;
  /** Of the block in its document. */
  index: number;
}

/**
 * Which lines of a document are code: a fence is closed by a line of the same character that is at least as long and says
 * nothing else, so that a block that shows fences stays one (CommonMark 0.31.2 §4.5). Indentation is not counted, since
 * list items indent their blocks. What is never closed lasts to the end.
 */
export const fencesOf = (lines: readonly string[]): (Fence | undefined)[] => lines.map(fenceReader());

/** The same line by line: each is asked for once, in order. */
export function fenceReader(): (line: string) => Fence | undefined {
  let open: Fence | undefined;
  let index = 0;
  return (line) => {
    const marker = /^\s*(?:>\s*)*(`{3,}|~{3,})/.exec(line)?.[1];
    const rest = marker === undefined ? '' : line.slice(line.indexOf(marker) + marker.length);
    if (!open) {
      // An info string of backticks has no backtick in it: that is inline code.
      if (marker === undefined || (marker.startsWith('`') && rest.includes('`'))) return undefined;
      open = { opening: line, marker, index: index++ };
      return open;
    }
    const here = open;
    if (marker?.[0] === here.marker[0] && marker!.length >= here.marker.length && rest.trim() === '') open = undefined;
    return here;
  };
}
