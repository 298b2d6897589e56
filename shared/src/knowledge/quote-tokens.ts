/** A word of a passage or a quote as both are compared. */
export interface QuoteToken {
  /** As it is compared: words in lower case, identifiers as they are. */
  text: string;
  /** As it was written. */
  shown: string;
  kind: 'word' | 'number' | 'identifier';
  /** A plain word between code marks: a name, whose letters are small or great for a reason. */
  isCode: boolean;
  /** Line of the document, from 1; of a quote, of the quote. */
  line: number;
}

/**
 * What stays of Markdown when it is read aloud: wrapping, emphasis, links' addresses, headings' and lists' marks, table bars,
 * tags and punctuation are no part of what a sentence says; words, numbers with their signs, names and what compares or
 * joins them in code are, whole and in their order.
 */
export function quoteTokensOf(markdown: string, { firstLine = 1, keepsTags = false }: Reading = {}): QuoteToken[] {
  const text = withOperators(markdown);
  return plain(keepsTags ? text.replaceAll(/[<>]/g, ' ') : withoutTags(text))
    .split('\n')
    .flatMap((line, at) => [...line.matchAll(wordPattern)].map(([shown]) => tokenOf(shown, firstLine + at)));
}

export interface Reading {
  firstLine?: number;
  /** Whether what looks like a tag was code whose backticks are lost. */
  keepsTags?: boolean;
}

const wordPattern =
  /[\uE000-\uE009]|(?<![\p{L}\p{N}_)\]])-?\.?(?=\p{N})(?:\p{N}[\p{L}\p{N}_]*)(?:[.:/@'-]+[\p{L}\p{M}\p{N}_$]+|(?<=\p{N}),(?=\p{N}{3}(?!\p{N}))\p{N}{3})*(?: ?%)?|\uE00A?[@$]?[\p{L}\p{M}\p{N}_]+(?:[.:/@'-]+[\p{L}\p{M}\p{N}_$]+|(?<=\p{N}),(?=\p{N}{3}(?!\p{N}))\p{N}{3})*/gu;

function tokenOf(found: string, line: number): QuoteToken {
  const operator = operators[found.charCodeAt(0) - firstMark];
  if (operator !== undefined) return { text: operator, shown: operator, kind: 'identifier', isCode: false, line };
  const isCode = found.startsWith(codeMark);
  const shown = isCode ? found.slice(1) : found;
  if (/^-?\.?v?\p{N}/u.test(shown))
    return { text: shown.replaceAll(/[, ]/g, '').toLowerCase(), shown, kind: 'number', isCode: false, line };
  const isIdentifier = /[_$@/:\p{N}]|\p{Ll}\p{Lu}|\p{L}\.\p{L}/u.test(shown);
  return isIdentifier
    ? { text: shown, shown, kind: 'identifier', isCode: false, line }
    : { text: shown.toLowerCase(), shown, kind: 'word', isCode, line };
}

/** Whether both say the same; who quotes code may lose its marks, but not its capitals. */
export const isSameToken = (one: QuoteToken, other: QuoteToken): boolean =>
  one.text === other.text && (!(one.isCode || other.isCode) || one.shown === other.shown);

const operators = ['===', '!==', '==', '!=', '<=', '>=', '&&', '||', '<', '>'];
/** They are marked by characters of private use while what looks like them in Markdown and HTML is taken away. */
const firstMark = 0xe000;
const codeMark = '\uE00A';

const withOperators = (markdown: string) =>
  markdown
    .replaceAll(/[\uE000-\uE00F]/g, ' ')
    .replaceAll(/(?:\u2264|&lt;=)/g, '<=')
    .replaceAll(/(?:\u2265|&gt;=)/g, '>=')
    .replaceAll(/[=!]==?|<=|>=|&&|\|\||[<>]/g, (operator, at: number, text: string) => {
      const mark = operators.indexOf(operator);
      return mark === -1 || !standsBetween(text, at, operator)
        ? operator
        : ` ${String.fromCharCode(firstMark + mark)} `;
    });

/** Between two things that it compares or joins: not the bar of a quotation or a table, a tag, an arrow or a line under a title. */
function standsBetween(text: string, at: number, operator: string) {
  const [before, after] = [
    text.slice(Math.max(0, at - 20), at),
    text.slice(at + operator.length, at + operator.length + 20),
  ];
  return operator.length === 1
    ? /\S[ \t]$/.test(before) && /^[ \t]\S/.test(after)
    : /[^\s<>=!&|-][ \t]*$/.test(before) && /^[ \t]*[\w$"'`{[!.-]/.test(after);
}

/** Tags are no text, but in code they are. */
const withoutTags = (markdown: string) =>
  markdown
    .split(/(?<!`)(`{1,16})(?!`)([\s\S]{0,2000}?[^`])\1(?!`)/)
    .map((part, at) => {
      if (at % 3 === 1) return ' ';
      return at % 3 === 2 ? codeOf(part) : part.replaceAll(/<\/?[A-Za-z][^<>]{0,1000}>/g, kept);
    })
    .join('');

/** Names with signs or humps are known by these anyway. */
const codeOf = (code: string) =>
  code
    .replaceAll(/[<>]/g, ' ')
    .replaceAll(/(?<![\p{L}\p{M}\p{N}_$@]|[\p{L}\p{M}\p{N}_$][.:/@'-]{1,3})\p{L}/gu, `${codeMark}$&`);

/** Lines stay lines. */
const kept = (tag: string) => tag.replaceAll(/[^\n]+/g, ' ');

const link = /!?\[([^[\]]{0,1000})\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"\n]*")?\s*\)/g;

/** Lines stay lines. */
const plain = (markdown: string) =>
  markdown
    .normalize('NFKC')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\u200B-\u200D\u2060\uFEFF\u00AD]/g, '')
    .replaceAll(/[\u2018\u2019\u02BC]/g, "'")
    .replaceAll(/[\u2010-\u2013\u2212]/g, '-')
    .replaceAll(/\{\/\*.*?\*\/\}|\{#[\w.:-]+\}/g, ' ')
    // Twice: a link may be an image.
    .replaceAll(link, '$1')
    .replaceAll(link, '$1')
    .replaceAll(/!?\[([^[\]]{1,1000})\]\[[^[\]\n]*\]/g, '$1')
    .replaceAll(/&(?:nbsp|amp|lt|gt|quot|#39);/g, ' ')
    .replaceAll(/\\([\\`*_{}[\]()#+.!|<>~-])/g, '$1')
    .replaceAll(/(?<![\p{L}\p{N}])_+(?=\S)|(?<=\S)_+(?![\p{L}\p{N}_])/gu, ' ')
    .replaceAll(/[*`~>|#]+/g, (marks) =>
      marks.includes('#') || marks.includes('>') || marks.includes('|') ? ' ' : '',
    );
