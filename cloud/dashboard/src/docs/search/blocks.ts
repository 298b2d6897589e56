import { fencesOf } from '@whetstone/shared/fences';

/** A run of lines of a passage: a heading, prose, or code that its page fences as such. */
export interface Block {
  kind: 'heading' | 'prose' | 'code';
  text: string;
  /** Of code, as the highlighter calls it; empty where it is not known. */
  language: string;
}

/** Markdown taken apart just so far that code can be told from prose: all else of it stays the text that it is. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const fences = fencesOf(lines);
  const blocks: Block[] = [];
  for (let from = 0; from < lines.length;) {
    const fence = fences[from];
    let to = from + 1;
    if (fence === undefined) {
      const isHeading = headed.test(lines[from]!);
      while (!isHeading && to < lines.length && fences[to] === undefined && !headed.test(lines[to]!)) to++;
      const text = lines
        .slice(from, to)
        .join('\n')
        .replaceAll(/^\n+|\s+$/g, '');
      if (text !== '')
        blocks.push(
          isHeading
            ? { kind: 'heading', text: text.replace(headed, ''), language: '' }
            : { kind: 'prose', text, language: '' },
        );
    } else {
      while (to < lines.length && fences[to]?.index === fence.index) to++;
      const isClosed =
        to - from > 1 &&
        lines[to - 1]!.trim()
          .replace(/^(?:>\s*)+/, '')
          .startsWith(fence.marker);
      const text = lines.slice(from + 1, isClosed ? to - 1 : to).join('\n');
      if (text.trim() !== '') blocks.push({ kind: 'code', text, language: languageOf(fence.opening) });
    }
    from = to;
  }
  return blocks;
}

const headed = /^#{1,6}\s+/;

function languageOf(opening: string): string {
  const [name = ''] = /[\w-]+/.exec(opening) ?? [];
  return languages.find(({ names }) => names.includes(name.toLowerCase()))?.language ?? '';
}

const languages = [
  { language: 'typescript', names: ['ts', 'tsx', 'mts', 'cts', 'typescript'] },
  { language: 'javascript', names: ['js', 'jsx', 'mjs', 'cjs', 'javascript'] },
  { language: 'python', names: ['py', 'python', 'python3'] },
];
