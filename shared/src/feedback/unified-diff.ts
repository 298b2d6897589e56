import { invalidField } from '../errors.ts';

export interface DiffHunk {
  /** 1-based, of the first line that it shows, or of the line after which it only adds. */
  oldStart: number;
  lines: { op: ' ' | '+' | '-'; text: string }[];
}

export interface DiffFile {
  oldPath: string | undefined;
  newPath: string | undefined;
  hunks: DiffHunk[];
}

export interface ReadDiff {
  files: DiffFile[];
  problem: string | undefined;
}

const header = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/**
 * A diff of git or `diff -u`, in one pass. `parsePatch` of the package diff throws at the first line it does not know, and
 * of what git writes beside hunks it knows little.
 */
export function readDiff(text: string, field: string): ReadDiff {
  const lines = text.split('\n');
  const files: DiffFile[] = [];
  let problem: string | undefined;
  let file: DiffFile | undefined;
  const begin = () => {
    file = { oldPath: undefined, newPath: undefined, hunks: [] };
    files.push(file);
    return file;
  };
  for (let i = 0; i < lines.length; i++) {
    const line = withoutEnd(lines[i]!);
    if (line.startsWith('diff --git ')) {
      const [oldPath, newPath] = pathsOf(line.slice(11)) ?? [];
      Object.assign(begin(), { oldPath: below(oldPath, 'a/', field), newPath: below(newPath, 'b/', field) });
    } else if (line.startsWith('--- ') && lines[i + 1]?.startsWith('+++ ')) {
      const of = file && file.hunks.length === 0 ? file : begin();
      of.oldPath = named(line.slice(4), 'a/', field);
      of.newPath = named(withoutEnd(lines[++i]!).slice(4), 'b/', field);
    } else if (file && line.startsWith('rename from ')) file.oldPath = checkedPath(unquotedPath(line.slice(12)), field);
    else if (file && line.startsWith('rename to ')) file.newPath = checkedPath(unquotedPath(line.slice(10)), field);
    else if (file && line.startsWith('new file mode ')) file.oldPath = undefined;
    else if (file && line.startsWith('deleted file mode ')) file.newPath = undefined;
    else if (/^(?:Binary files .* differ|GIT binary patch)$/.test(line)) {
      problem ??= `${file?.newPath ?? file?.oldPath ?? 'a file'} is binary`;
      if (file) files.pop();
      file = undefined;
    } else if (line.startsWith('@@')) {
      const read = file && readHunk(lines, i);
      if (file && typeof read === 'object') {
        file.hunks.push(read.hunk);
        i = read.end - 1;
      } else {
        problem ??= `line ${i + 1} begins a hunk that is not whole`;
        if (file) files.pop();
        file = undefined;
      }
    }
  }
  if (files.length === 0 && text.trim() !== '') problem ??= 'no file of a unified diff is in it';
  return { files: files.filter(({ oldPath, newPath }) => oldPath !== undefined || newPath !== undefined), problem };
}

function readHunk(lines: readonly string[], at: number): { hunk: DiffHunk; end: number } | undefined {
  const found = header.exec(lines[at]!);
  if (!found) return undefined;
  const oldCount = Number(found[2] ?? 1);
  let old = oldCount;
  let fresh = Number(found[4] ?? 1);
  const hunk: DiffHunk = { oldStart: Number(found[1]), lines: [] };
  let i = at + 1;
  for (; (old > 0 || fresh > 0) && i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith('\\')) continue;
    // Some tools cut the blank off lines that have nothing else.
    const op = line === '' || line === '\r' ? ' ' : line[0]!;
    if (op !== ' ' && op !== '+' && op !== '-') return undefined;
    if (op !== '+') old--;
    if (op !== '-') fresh--;
    if (old < 0 || fresh < 0) return undefined;
    hunk.lines.push({ op, text: withoutEnd(line.slice(1)) });
  }
  if (old > 0 || fresh > 0) return undefined;
  if (oldCount === 0) hunk.oldStart++;
  return { hunk, end: lines[i]?.startsWith('\\') ? i + 1 : i };
}

const withoutEnd = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** Both paths of `diff --git`: quoted, or the same twice, which is how a path with blanks is told apart. */
function pathsOf(text: string): [string, string] | undefined {
  if (text.startsWith('"')) {
    const found = /^("[^"\\]*(?:\\.[^"\\]*)*") (.+)$/.exec(text);
    return found ? [found[1]!, found[2]!] : undefined;
  }
  const middle = (text.length - 1) / 2;
  if (text[middle] === ' ' && text.slice(2, middle) === text.slice(middle + 3))
    return [text.slice(0, middle), text.slice(middle + 1)];
  const at = text.indexOf(' b/');
  return at > 0 ? [text.slice(0, at), text.slice(at + 1)] : undefined;
}

function named(text: string, prefix: string, field: string): string | undefined {
  const path = text.startsWith('"') ? text : text.split('\t')[0]!;
  return path === '/dev/null' ? undefined : below(path, prefix, field);
}

function below(path: string | undefined, prefix: string, field: string): string | undefined {
  if (path === undefined) return undefined;
  const plain = unquotedPath(path);
  return checkedPath(plain.startsWith(prefix) ? plain.slice(2) : plain, field);
}

const escapes: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** Git writes bytes beyond ASCII in octal, between quotes. */
function unquotedPath(text: string): string {
  if (!/^"[\s\S]*"$/.test(text) || text.length < 2) return text;
  const bytes: number[] = [];
  const content = text.slice(1, -1);
  for (const [, octal, letter, plain] of content.matchAll(/\\([0-3][0-7]{2})|\\(.)|([^\\]+)/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0));
    else for (const byte of new TextEncoder().encode(plain)) bytes.push(byte);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** A path below the repository. */
export function checkedPath(path: string, field: string): string {
  const isOutside = /^(?:[\\/]|[A-Za-z]:)/.test(path) || path.split(/[\\/]/).includes('..') || path.includes('\u0000');
  if (path === '' || path.length > 4_096 || isOutside) {
    throw invalidField(field, `"${path.slice(0, 200)}" is no path below the repository`);
  }
  return path.replace(/^(?:\.\/)+/, '');
}
