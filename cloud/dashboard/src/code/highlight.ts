import javascript from 'highlight.js/lib/languages/javascript';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import { createLowlight } from 'lowlight';

/** A run of characters that mean the same. */
export interface Token {
  text: string;
  /** `keyword`, `string`, `comment` …; none for plain text. */
  kind: string | undefined;
}

type Node = { type: string; value?: string; properties?: { className?: unknown }; children?: Node[] };

const lowlight = createLowlight({ python, javascript, typescript });

/** The tokens of a program, in order; all of it one plain token where the language is not known. */
export function tokensOf(code: string, language: string): Token[] {
  if (!lowlight.registered(language)) return [{ text: code, kind: undefined }];
  return flat(lowlight.highlight(language, code) as Node, undefined);
}

function flat({ type, value = '', properties, children = [] }: Node, kind: string | undefined): Token[] {
  if (type === 'text') return [{ text: value, kind }];
  const [name] = Array.isArray(properties?.className) ? (properties.className as string[]) : [];
  const inner = name?.startsWith('hljs-') ? name.slice('hljs-'.length) : kind;
  return children.flatMap((child) => flat(child, inner));
}
