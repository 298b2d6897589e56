import { styleText } from 'node:util';

type Paint = (text: string) => string;

/** Emphasis for a terminal. What it says must be readable without: colour is never the only sign. */
export interface Style {
  bold: Paint;
  good: Paint;
  doubtful: Paint;
  bad: Paint;
}

/** Whether colours fit is the caller's to know: Node would look at a stdout that the text may not go to. */
export function styleFor(isColoured: boolean): Style {
  const paint = (format: Parameters<typeof styleText>[0]): Paint =>
    isColoured ? (text) => styleText(format, text, { validateStream: false }) : (text) => text;
  return { bold: paint('bold'), good: paint('green'), doubtful: paint('yellow'), bad: paint('red') };
}
