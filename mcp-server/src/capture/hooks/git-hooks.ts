import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runGit } from '../git/run-git.ts';
import { placeOf, textIn, type Place } from '../places.ts';
import { fingerprint, type Installed } from './installed.ts';
import type { Outcome } from './settings-hooks.ts';

type GitInstalled = Extract<Installed, { client: 'git' }>;

const hookNames = ['post-commit', 'post-checkout', 'post-merge', 'post-rewrite'];
/** Where a hook that was there before goes on living. */
const aside = 'before-whetstone';
const sign = '# Whetstone notes that HEAD moved.';

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The one before runs first and decides with its exit code; what it reads on stdin is read once and given to both. */
const hookText = (name: string, spooler: string) => `#!/bin/sh
${sign} To stop it: whetstone-mcp hooks remove
before="$(dirname "$0")/${name}.${aside}"
${
  name === 'post-rewrite'
    ? `lines=$(cat)
status=0
if [ -x "$before" ]; then printf '%s\\n' "$lines" | "$before" "$@"; status=$?; fi
[ ! -x ${quoted(spooler)} ] || printf '%s\\n' "$lines" | ${quoted(spooler)} git ${name} "$@"`
    : `status=0
if [ -x "$before" ]; then "$before" "$@"; status=$?; fi
[ ! -x ${quoted(spooler)} ] || ${quoted(spooler)} git ${name} "$@" </dev/null`
}
exit $status
`;

const isOurs = (path: string) => textIn(path)?.includes(sign) === true;

/** Where git looks for hooks here: husky and others say so by core.hooksPath. */
async function hooksFolder({ root, git }: Place): Promise<string | undefined> {
  if (!git) return undefined;
  const configured = (await runGit(root, ['config', '--type=path', '--get', 'core.hooksPath']))
    ?.toString('utf8')
    .trim();
  return configured ? resolve(root, configured) : join(git.commonDir, 'hooks');
}

/** Part of what is committed: a file of ours there would reach everybody. */
const isVersioned = async (root: string, folder: string) =>
  ((await runGit(root, ['ls-files', '--', folder]))?.length ?? 0) > 0;

export async function installGitHooks(
  directory: string,
  spooler: string,
): Promise<{ outcomes: Outcome[]; installed: GitInstalled[] }> {
  const place = placeOf(directory);
  const folder = await hooksFolder(place);
  if (!folder) {
    return {
      outcomes: [{ file: directory, done: 'refused', detail: `${directory} is in no git repository` }],
      installed: [],
    };
  }
  if (await isVersioned(place.root, folder)) {
    const line = hookNames.map((name) => `${name}: ${quoted(spooler)} git ${name} "$@"`).join('; ');
    const detail = `${folder} is committed with the repository, so nothing is put there; add these lines yourself if all may have them. ${line}. Without them, moves of HEAD are noticed a little later.`;
    return { outcomes: [{ file: folder, done: 'refused', detail }], installed: [] };
  }
  mkdirSync(folder, { recursive: true });
  const outcomes: Outcome[] = [];
  const installed: GitInstalled[] = [];
  for (const name of hookNames) {
    const file = join(folder, name);
    const text = hookText(name, spooler);
    const isThere = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    if (isThere && isOurs(file)) {
      // Maybe of a spooler that lay elsewhere.
      if (textIn(file) !== text) writeFileSync(file, text, { mode: 0o755 });
      outcomes.push({ file, done: 'already there' });
      installed.push({
        client: 'git',
        file,
        wrote: fingerprint(text),
        ...(existsSync(`${file}.${aside}`) && { movedFrom: `${file}.${aside}` }),
      });
      continue;
    }
    if (isThere) renameSync(file, `${file}.${aside}`);
    writeFileSync(file, text, { mode: 0o755 });
    chmodSync(file, 0o755);
    outcomes.push({ file, done: 'installed', ...(isThere && { detail: 'runs the hook that was there, too' }) });
    installed.push({
      client: 'git',
      file,
      wrote: fingerprint(text),
      ...(isThere && { movedFrom: `${file}.${aside}` }),
    });
  }
  return { outcomes, installed };
}

export async function removeGitHooks(directory: string): Promise<Outcome[]> {
  const folder = await hooksFolder(placeOf(directory));
  return folder ? hookNames.map((name) => removeHook(join(folder, name))) : [];
}

export function removeHook(file: string): Outcome {
  if (!isOurs(file)) return { file, done: 'not there' };
  rmSync(file);
  if (existsSync(`${file}.${aside}`)) renameSync(`${file}.${aside}`, file);
  return { file, done: 'removed' };
}

export async function hasGitHooks(directory: string): Promise<boolean> {
  const folder = await hooksFolder(placeOf(directory));
  return folder !== undefined && hookNames.every((name) => isOurs(join(folder, name)));
}
