import type { FoundFile, SkippedFile } from './files.ts';

/** Longer lines are data or minified code; nobody reads them, and nothing could cite them by their lines. */
const longestLine = 20_000;

/** A file as text: UTF-8, or UTF-16 where it says so itself. */
export function textOf({ path, bytes }: FoundFile): string | SkippedFile {
  const encoding = encodingOf(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? skipped(path, 'it holds zero bytes, as files do that are not text') : text;
  } catch {
    return skipped(path, `it is not ${encoding.toUpperCase()} text`);
  }
}

/** Lines keep their numbers; of one that is far too long its beginning stays. */
export const withShortLines = (text: string): string =>
  text.length <= longestLine
    ? text
    : text
        .split('\n')
        .map((line) => (line.length <= longestLine ? line : `${line.slice(0, longestLine)} …`))
        .join('\n');

function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

const skipped = (path: string, why: string): SkippedFile => ({ kind: 'skipped', path, why });
