import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { captureFromEnvironment, configFromEnvironment, type CaptureLevel } from '../config.ts';
import { codeOf } from '../offline/state-files.ts';
import { askLine } from './ask.ts';
import { consentOf, storeConsent } from './consent.ts';
import { captureDirectories, makeDirectories, type CaptureDirectories } from './directories.ts';
import { installGitHooks, removeGitHooks, removeHook } from './hooks/git-hooks.ts';
import { readInstalled, writeInstalled, type Installed } from './hooks/installed.ts';
import { installSettings, removeSettings, type Outcome } from './hooks/settings-hooks.ts';
import { placeOf } from './places.ts';
import { refuse, type Shell } from './shell.ts';
import { spoolerScript } from './spool/spooler-script.ts';
import { consentText, hooksUsage } from './usage.ts';

type Client = 'claude' | 'cursor' | 'git';
type Level = Exclude<CaptureLevel, 'off'>;

const clients: readonly Client[] = ['claude', 'cursor', 'git'];
const levels: readonly Level[] = ['counts', 'patterns', 'full'];

interface Wanted {
  verb: 'install' | 'remove';
  /** Nothing: those that are found. */
  client: Client | 'all' | undefined;
  level: Level | undefined;
  project: string | undefined;
  isAgreed: boolean;
}

/** `whetstone-mcp hooks …`; resolves with the exit code. */
export async function runHooks(args: readonly string[], shell: Shell): Promise<number> {
  const wanted = wantedOf(args);
  if ('wrong' in wanted) return refuse(shell, hooksUsage, wanted.wrong);
  const directories = captureDirectories(configFromEnvironment().stateDir);
  try {
    return await (wanted.verb === 'install'
      ? install(wanted, directories, shell)
      : removeAll(wanted, directories, shell));
  } catch (error) {
    shell.complain(`whetstone-mcp: ${error instanceof Error ? error.message : codeOf(error)}`);
    return 1;
  }
}

function wantedOf(args: readonly string[]): Wanted | { wrong: string } {
  const read = optionsOf(args);
  if ('wrong' in read) return read;
  const { values, positionals } = read;
  const [verb, extra] = positionals;
  if (verb !== 'install' && verb !== 'remove')
    return { wrong: `hooks takes install or remove${verb ? `, no "${verb}"` : ''}` };
  if (extra !== undefined) return { wrong: `hooks ${verb} takes no "${extra}"` };
  const client = [...clients, 'all' as const].find((one) => one === values.client);
  if (values.client !== undefined && !client)
    return { wrong: `there is no client "${values.client}"; there are ${clients.join(', ')} and all` };
  const level = levels.find((one) => one === values.level);
  if (values.level !== undefined && !level)
    return { wrong: `there is no level "${values.level}"; there are ${levels.join(', ')}` };
  if (verb === 'remove' && level) return { wrong: 'only install takes --level' };
  const project = values.project === undefined ? undefined : resolve(values.project);
  if (project !== undefined && !existsSync(project)) return { wrong: `--project: there is no folder ${project}` };
  return { verb, client, level, project, isAgreed: values.yes === true };
}

function optionsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        client: { type: 'string' },
        level: { type: 'string' },
        project: { type: 'string' },
        yes: { type: 'boolean', short: 'y' },
      },
    });
  } catch (error) {
    return { wrong: (error as Error).message.split('. ')[0] ?? 'wrong options' };
  }
}

/** Where each client keeps its settings; git hooks lie in the repository we are in. */
function placesOf(project: string | undefined) {
  const { claudeDir, cursorDir } = captureFromEnvironment();
  return {
    claude: project ? join(project, '.claude', 'settings.local.json') : join(claudeDir, 'settings.json'),
    cursor: join(project ? join(project, '.cursor') : cursorDir, 'hooks.json'),
    git: project ?? process.cwd(),
    found: {
      claude: project !== undefined || existsSync(claudeDir),
      cursor: existsSync(project ? join(project, '.cursor') : cursorDir),
      git: placeOf(project ?? process.cwd()).git !== undefined,
    },
  };
}

function chosen(client: Wanted['client'], { found }: ReturnType<typeof placesOf>): readonly Client[] {
  if (client !== undefined && client !== 'all') return [client];
  const there = client === 'all' ? clients : clients.filter((one) => found[one]);
  const usable = there.filter((one) => one !== 'git' || found.git);
  return usable.length > 0 ? usable : ['claude', 'cursor'];
}

async function install(wanted: Wanted, directories: CaptureDirectories, shell: Shell): Promise<number> {
  const known = consentOf(directories.consent, undefined).level;
  const level = wanted.isAgreed
    ? (wanted.level ?? (known === 'off' ? 'counts' : known))
    : await askConsent(wanted, directories, shell);
  if (level === undefined) return 1;
  makeDirectories(directories);
  storeConsent(directories.consent, level, Date.now());
  writeFileSync(directories.spooler, spoolerScript(directories.spool), { mode: 0o700 });
  chmodSync(directories.spooler, 0o700);

  const places = placesOf(wanted.project);
  const entries = readInstalled(directories.installed);
  const outcomes: Outcome[] = [];
  for (const client of chosen(wanted.client, places)) {
    if (client === 'git') {
      const { outcomes: own, installed } = await installGitHooks(places.git, directories.spooler);
      outcomes.push(...own);
      for (const entry of installed) keep(entries, entry);
      continue;
    }
    const file = places[client];
    const before = entries.find((entry) => entry.file === file);
    const { outcome, installed } = installSettings(client, file, {
      spooler: directories.spooler,
      before: before?.client === 'git' ? undefined : before,
    });
    outcomes.push(outcome);
    if (installed) keep(entries, installed);
  }
  writeInstalled(directories.installed, entries);
  tell(outcomes, shell);
  const refused = outcomes.some(({ done }) => done === 'refused');
  shell.print(`\n${shell.style.bold(`Level ${level}`)}: ${meanings[level]}`);
  shell.print(shell.style.dim('whetstone-mcp capture report shows what was noticed, doctor whether all is seen.'));
  shell.print(shell.style.dim('Sessions of a client that are open may tell nothing until they are started anew.'));
  return refused ? 1 : 0;
}

const meanings: Record<Level, string> = {
  counts: 'your server is told how many lines were kept, edited, deleted; no text, no paths.',
  patterns: 'your server is also told what was changed, without names, texts and numbers.',
  full: 'your server is also told the changed lines themselves, redacted.',
};

function keep(entries: Installed[], entry: Installed) {
  const at = entries.findIndex(({ file }) => file === entry.file);
  if (at === -1) entries.push(entry);
  else entries[at] = entry;
}

async function askConsent(
  { level }: Wanted,
  directories: CaptureDirectories,
  shell: Shell,
): Promise<Level | undefined> {
  shell.print(consentText(directories.root));
  if (!shell.isTty || !process.stdin.isTTY) {
    shell.complain('whetstone-mcp: nobody is there to agree; add --yes if you do, and --level for more than counts.');
    return undefined;
  }
  shell.print(
    `\nAgree? Type ${level ? `yes for ${level}` : 'counts, patterns or full'}; anything else changes nothing.`,
  );
  const answer = (await askLine())?.toLowerCase();
  const agreed =
    levels.find((one) => one === answer) ?? (/^y(?:es)?$/.test(answer ?? '') ? (level ?? 'counts') : undefined);
  if (!agreed) shell.print('Nothing was changed.');
  return agreed;
}

async function removeAll({ client, project }: Wanted, directories: CaptureDirectories, shell: Shell): Promise<number> {
  const places = placesOf(project);
  const entries = readInstalled(directories.installed);
  const isMeant = (entry: Installed) =>
    (client === undefined || client === 'all' || entry.client === client) &&
    (project === undefined || entry.file.startsWith(project));
  const outcomes: Outcome[] = [];
  const isGone = new Set<string>();
  const take = (outcome: Outcome) => {
    if (isGone.has(outcome.file)) return;
    isGone.add(outcome.file);
    outcomes.push(outcome);
  };
  for (const entry of entries.filter(isMeant)) {
    take(entry.client === 'git' ? removeHook(entry.file) : removeSettings(entry.file, entry));
  }
  // Also what another state directory put there.
  for (const own of ['claude', 'cursor'] as const) {
    if (client === undefined || client === 'all' || client === own) take(removeSettings(places[own], undefined));
  }
  if (client === undefined || client === 'all' || client === 'git')
    for (const one of await removeGitHooks(places.git)) take(one);

  const left = entries.filter(
    (entry) => !isMeant(entry) || outcomes.some(({ file, done }) => file === entry.file && done === 'refused'),
  );
  if (left.length === 0) {
    // What was noted goes with it: nobody would ever look at it again.
    rmSync(directories.root, { recursive: true, force: true });
  } else writeInstalled(directories.installed, left);
  tell(
    outcomes.filter(({ done }) => done !== 'not there'),
    shell,
  );
  if (outcomes.every(({ done }) => done === 'not there')) shell.print('No hook of Whetstone was there.');
  if (left.length === 0) shell.print(shell.style.dim('What was noted is deleted; nothing is noted any more.'));
  return outcomes.some(({ done }) => done === 'refused') ? 1 : 0;
}

function tell(outcomes: readonly Outcome[], shell: Shell) {
  for (const { file, done, detail } of outcomes) {
    if (done === 'refused') shell.complain(`whetstone-mcp: ${detail}`);
    else shell.print(`${shell.style.good(done.padEnd(13))} ${file}${detail ? shell.style.dim(`  ${detail}`) : ''}`);
  }
}
