import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRecord } from '../../json.ts';
import { textIn } from '../places.ts';
import { append, begin, insert, readSettings, remove, undone, type EditedJson } from './edited-json.ts';
import { fingerprint, type Installed } from './installed.ts';

type SettingsInstalled = Extract<Installed, { client: 'claude' | 'cursor' }>;

/** What happened to one file, in words for a person. */
export interface Outcome {
  file: string;
  done: 'installed' | 'already there' | 'removed' | 'not there' | 'refused';
  detail?: string;
}

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The command line of a hook. It names the spooler, by which it is found again whoever has moved it. */
const commandFor = (spooler: string, client: string) => `${quoted(spooler)} ${client}`;

const isOurs = (command: unknown) =>
  typeof command === 'string' && /whetstone-spool'? (?:claude|cursor)$/.test(command);

const claudeEvents: readonly [event: string, matcher: string | undefined][] = [
  ['PreToolUse', 'Write|Edit|MultiEdit|NotebookEdit|Bash'],
  ['PostToolUse', 'Write|Edit|MultiEdit|NotebookEdit|Bash'],
  ['UserPromptSubmit', undefined],
  ['Stop', undefined],
  ['SessionStart', undefined],
];
const cursorEvents = ['afterFileEdit', 'beforeShellExecution', 'afterShellExecution', 'beforeSubmitPrompt', 'stop'];
/** Seconds; the spooler takes milliseconds, and a disk that hangs must not hold the agent up. */
const timeoutSeconds = 5;

export function installSettings(
  client: 'claude' | 'cursor',
  file: string,
  { spooler, before }: { spooler: string; before: SettingsInstalled | undefined },
): { outcome: Outcome; installed: SettingsInstalled | undefined } {
  const text = textIn(file);
  const read = readSettings(text ?? '');
  const refused = (detail: string) => ({ outcome: { file, done: 'refused' as const, detail }, installed: before });
  if ('problem' in read) return refused(`${file} ${read.problem}; mend it, then run this again`);
  const { hooks } = read.value;
  if (hooks !== undefined && !isRecord(hooks))
    return refused(`${file}: "hooks" is no object; mend it, then run this again`);
  const wrong = Object.entries(hooks ?? {}).find(([, list]) => !Array.isArray(list));
  if (wrong) return refused(`${file}: "hooks"."${wrong[0]}" is no list; mend it, then run this again`);

  const command = commandFor(spooler, client);
  let edited: EditedJson = begin(text ?? '');
  if (client === 'cursor' && read.value['version'] === undefined) edited = insert(edited, ['version'], 1);
  const wanted = client === 'claude' ? claudeEvents : cursorEvents.map((event) => [event, undefined] as const);
  let added = 0;
  for (const [event, matcher] of wanted) {
    if (commandsIn(hooks?.[event]).some(isOurs)) continue;
    const hook = client === 'claude' ? { type: 'command', command, timeout: timeoutSeconds } : { command };
    const group = client === 'claude' ? { ...(matcher && { matcher }), hooks: [hook] } : hook;
    edited = append(edited, ['hooks', event], group);
    added += 1;
  }
  if (added === 0) return { outcome: { file, done: 'already there' }, installed: before };
  const made = makeFolder(dirname(file));
  writeOver(file, edited.text);
  const isWhole = before === undefined || (text !== undefined && fingerprint(text) === before.wrote);
  const installed: SettingsInstalled = {
    client,
    file,
    wrote: fingerprint(edited.text),
    undo: isWhole ? [...(before?.undo ?? []), ...edited.undo] : [],
    made: [...(before?.made ?? []), ...made, ...(text === undefined ? [file] : [])],
  };
  return { outcome: { file, done: 'installed' }, installed };
}

export function removeSettings(file: string, before: SettingsInstalled | undefined): Outcome {
  const text = textIn(file);
  if (text === undefined) return { file, done: 'not there' };
  if (before && before.undo.length > 0 && fingerprint(text) === before.wrote) {
    if (before.made.includes(file)) rmSync(file);
    else writeOver(file, undone(text, before.undo));
    for (const folder of before.made.filter((path) => path !== file).toReversed()) quietly(() => rmdirSync(folder));
    return { file, done: 'removed' };
  }
  const read = readSettings(text);
  if ('problem' in read)
    return { file, done: 'refused', detail: `${file} ${read.problem}; mend it, then run this again` };
  const result = withoutOurs(text, read.value['hooks']);
  if (result === text) return { file, done: 'not there' };
  writeOver(file, result);
  return { file, done: 'removed' };
}

/** Somebody has changed the file since: only what names the spooler goes, and what is empty without it. */
function withoutOurs(text: string, hooks: unknown): string {
  if (!isRecord(hooks)) return text;
  let edited = begin(text);
  for (const [event, list] of Object.entries(hooks)) {
    if (!Array.isArray(list)) continue;
    const left = list.filter((group) => !commandsIn([group]).every(isOurs) || commandsIn([group]).length === 0);
    for (let at = list.length - 1; at >= 0; at--) {
      const group: unknown = list[at];
      const commands = commandsIn([group]);
      if (!commands.some(isOurs)) continue;
      if (commands.every(isOurs)) {
        edited = remove(edited, left.length === 0 && list.length === 1 ? ['hooks', event] : ['hooks', event, at]);
        continue;
      }
      for (let own = commands.length - 1; own >= 0; own--) {
        if (isOurs(commands[own])) edited = remove(edited, ['hooks', event, at, 'hooks', own]);
      }
    }
  }
  const after = readSettings(edited.text);
  const rest = 'value' in after ? after.value['hooks'] : undefined;
  return isRecord(rest) && Object.keys(rest).length === 0 ? remove(edited, ['hooks']).text : edited.text;
}

/** Commands of a list of hooks, in Claude's groups or as they stand in Cursor's. */
function commandsIn(list: unknown): unknown[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((group: unknown): unknown[] => {
    if (!isRecord(group)) return [];
    return Array.isArray(group['hooks']) ? commandsIn(group['hooks']) : [group['command']];
  });
}

export const hasHooks = (file: string) => {
  const read = readSettings(textIn(file) ?? '');
  const hooks = 'value' in read ? read.value['hooks'] : undefined;
  return isRecord(hooks) && Object.values(hooks).some((list) => commandsIn(list).some(isOurs));
};

/** In one step, with the permissions that it had. */
function writeOver(file: string, text: string) {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0o600;
  const draft = `${file}.whetstone-${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: mode & 0o777 });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Answers the folders that had to be made, the outermost first. */
function makeFolder(folder: string): string[] {
  if (existsSync(folder)) return [];
  const above = makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
  return [...above, folder];
}

function quietly(run: () => void) {
  try {
    run();
  } catch {
    // Somebody else has put something there.
  }
}
