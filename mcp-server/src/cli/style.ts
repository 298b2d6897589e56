import { styleText } from 'node:util';

type Paint = (text: string) => string;

/** Emphasis for a terminal. What it says must be readable without: colour is never the only sign. */
export interface Style {
  bold: Paint;
  dim: Paint;
  good: Paint;
  doubtful: Paint;
  bad: Paint;
}

const plain: Paint = (text) => text;

export function styleFor(isColoured: boolean): Style {
  const paint = (format: Parameters<typeof styleText>[0]): Paint =>
    isColoured ? (text) => styleText(format, text) : plain;
  return { bold: paint('bold'), dim: paint('dim'), good: paint('green'), doubtful: paint('yellow'), bad: paint('red') };
}
