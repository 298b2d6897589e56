import { carry, stepOf, type Step } from './carry.ts';
import type { EngineState, FileState, Version } from './state.ts';
import { fileOf, nearest, versionOf } from './versions.ts';

/** A write that was announced so long ago will not end any more. */
const longestWriteMs = 15 * 60_000;

/** Looks at content that no agent is known to have changed since the last look. */
export function observe(
  state: EngineState,
  files: readonly { path: string; text: string | null }[],
  atMs: number,
  session: string | undefined,
): void {
  const steps: Step[] = [];
  const unsure: Step[] = [];
  for (const { path, text } of files) {
    const to = versionOf(text);
    if (!Object.hasOwn(state.files, path)) {
      // A file that nobody wrote may be one that was moved here.
      state.files[path] = { now: { lines: [], owners: [], gaps: [] }, expected: [], aside: [], open: {} };
      if (session !== undefined || !to) {
        state.files[path].now = to;
        continue;
      }
    }
    const file = fileOf(state, path);
    chooseBase(state, file, to, atMs);
    const busy = Object.entries(file.open).filter(([, since]) => since > atMs - longestWriteMs);
    const isAnnouncedAgain = session !== undefined && file.open[session] !== undefined;
    if (busy.length > 0 && !isAnnouncedAgain && session === undefined) continue;
    if (busy.length < Object.keys(file.open).length) file.open = Object.fromEntries(busy);
    const step = stepOf(path, file.now, to);
    file.now = step.to;
    (isAnnouncedAgain ? unsure : steps).push(step);
  }
  carry(state, steps, { kind: 'person' }, atMs);
  carry(state, unsure, { kind: 'unknown' }, atMs);
}

/** What git may have done since explains what is seen now, where that is nearer to it than what was seen last. */
export function chooseBase(state: EngineState, file: FileState, to: Version | undefined, atMs: number): void {
  if (file.aside.length === 0 && file.expected.length === 0) return;
  const candidates = [
    { version: file.now, by: undefined },
    // Of two that say the same the one set aside knows whose lines they are.
    ...file.aside.toReversed().map(({ version }) => ({ version, by: 'user' as const })),
    ...file.expected.map(({ version, by }) => ({ version, by })),
  ];
  const chosen =
    candidates[
      nearest(
        candidates.map(({ version }) => version),
        to,
      )
    ]!;
  file.expected = [];
  if (chosen.version === file.now) return;
  const left = file.now;
  file.now = chosen.version;
  if (!left) return;
  const stays = new Set(chosen.version?.owners.flat());
  const away = [...new Set(left.owners.flat())].filter((id) => id > 0 && !stays.has(id));
  for (const id of away) {
    const line = state.written[id];
    if (line && !line.fate) line.fate = { verdict: 'unknown', atMs, isAside: chosen.by === 'user' };
  }
  for (const id of stays) {
    const line = state.written[id];
    if (line?.fate?.verdict === 'unknown') line.fate = undefined;
  }
  if (away.length > 0) {
    file.aside = [...file.aside.filter(({ version }) => version !== chosen.version), { atMs, version: left }].slice(-8);
  }
}
