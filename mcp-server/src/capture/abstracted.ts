/** Words that say what code does rather than what it is about; of the languages whose patterns are learned, and near ones. */
const kept = new Set(
  (
    'abstract and any as assert async await bigint bool boolean break bytes case catch class const constructor continue ' +
    'debugger declare def default del delete dict do elif else enum except export extends false False finally float for ' +
    'from function get global if implements import in infer instanceof int interface is keyof lambda let list match ' +
    'module namespace never new None nonlocal not null number object of or override package pass print private ' +
    'protected public raise readonly return satisfies self Self set static str string super switch symbol this throw ' +
    'true True try tuple type typeof undefined union unknown using var void while with yield ' +
    'Array BigInt Boolean Date Error Infinity Intl JSON Map Math NaN Number Object Promise Proxy Reflect RegExp Set ' +
    'String Symbol TypeError RangeError SyntaxError WeakMap WeakSet console log warn error info debug process Buffer ' +
    'globalThis window document fetch setTimeout clearTimeout setInterval clearInterval parseInt parseFloat isNaN ' +
    'isFinite require exports structuredClone queueMicrotask length push pop map filter reduce forEach find some every ' +
    'includes join split slice splice concat sort reverse keys values entries has then all allSettled race resolve ' +
    'reject parse stringify trim replace replaceAll toString toLowerCase toUpperCase startsWith endsWith hasOwn ' +
    'freeze assign isArray isInteger isSafeInteger floor ceil round min max abs ' +
    'abs all any dir enumerate eval exec format getattr hasattr id input isinstance issubclass iter len max min next ' +
    'open ord pow range repr reversed round setattr sorted sum super type vars zip Exception ValueError KeyError ' +
    'IndexError AttributeError RuntimeError StopIteration NotImplementedError logging Optional List Dict Any Union ' +
    'Callable Iterable append extend items strip encode decode dataclass property staticmethod classmethod __init__ ' +
    '__name__ __main__ useState useEffect useMemo useCallback useRef'
  ).split(' '),
);

const token =
  /(?<comment>\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|#[^\n]*)|(?<text>(?:[rbfuRBFU]{1,2})?(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$))|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\[\s\S]|[^`\\])*`?)|(?<number>\b\d[\w.]*)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)/gu;

/**
 * Code without what it is about: names become `$ID`, texts `"STR"`, numbers `0`, comments go. What is no code at all, such as
 * prose, becomes a row of `$ID`. Every line stays a line, so that line numbers hold.
 */
export function abstracted(code: string): string {
  return code.replace(token, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<'comment' | 'text' | 'number' | 'word', string | undefined>;
    const breaks = match.replace(/[^\n]/g, '');
    if (groups.comment !== undefined) return isPrivateMember(match) ? '$ID' : breaks;
    if (groups.text !== undefined) return `"STR"${breaks}`;
    if (groups.number !== undefined) return '0';
    return kept.has(match) ? match : '$ID';
  });
}

/** `#name` in JavaScript looks like a comment of Python; it hides as much either way. */
const isPrivateMember = (match: string) => /^#[\p{L}_$][\p{L}\p{N}_$]*$/u.test(match);
