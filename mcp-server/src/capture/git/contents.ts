import { runGit } from './run-git.ts';

/** Larger ones are not followed. */
const maxBytes = 1_048_576;

/** Texts of files at commits, in the order asked; `null` where a commit has no such file, nothing where it cannot be read. */
export async function contentsAt(
  root: string,
  wanted: readonly { commit: string; path: string }[],
): Promise<(string | null | undefined)[]> {
  if (wanted.length === 0) return [];
  const asked = wanted.filter(({ path }) => !path.includes('\n'));
  const lines = asked.map(({ commit, path }) => `${commit}:${path}\n`).join('');
  const output = await runGit(root, ['cat-file', '--batch'], lines);
  if (!output) return wanted.map(() => undefined);
  const texts = new Map<string, string | null>();
  let at = 0;
  for (const { commit, path } of asked) {
    const end = output.indexOf(0x0a, at);
    if (end === -1) break;
    const header = output.toString('utf8', at, end);
    at = end + 1;
    const size = Number(/ blob (\d+)$/.exec(header)?.[1] ?? -1);
    if (size === -1) {
      const other = / (?:tree|commit|tag) (\d+)$/.exec(header)?.[1];
      if (other !== undefined) at += Number(other) + 1;
      else if (header.endsWith(' missing')) texts.set(`${commit}:${path}`, null);
      continue;
    }
    const bytes = output.subarray(at, at + size);
    at += size + 1;
    if (size <= maxBytes && !bytes.includes(0)) texts.set(`${commit}:${path}`, bytes.toString('utf8'));
  }
  return wanted.map(({ commit, path }) => texts.get(`${commit}:${path}`));
}
