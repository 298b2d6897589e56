import { carry, stepOf, type Step } from './carry.ts';
import { chooseBase, observe } from './observe.ts';
import { recordKey, type EngineState, type Entry, type Version } from './state.ts';
import { fileOf, nearest, textOf, versionAfterGit, versionOf } from './versions.ts';

export function apply(state: EngineState, entry: Entry): EngineState {
  const { atMs } = entry;
  switch (entry.kind) {
    case 'pre':
      observe(state, entry.files, atMs, entry.session);
      for (const { path } of entry.files) fileOf(state, path).open[entry.session] = atMs;
      break;
    case 'post':
      wrote(state, entry);
      break;
    case 'denied':
      denied(state, entry);
      break;
    case 'settle':
      observe(state, entry.files, atMs, undefined);
      break;
    case 'moved':
      moved(state, entry);
      break;
  }
  return state;
}

/**
 * What changed between the announcement of a write and its end is the agent's; of what nobody announced, or what git has changed
 * meanwhile, nobody can say whose it is, but for what git did.
 */
function wrote(state: EngineState, { files, session, agent, atMs }: Entry & { kind: 'pre' | 'post' }): void {
  for (const { path, text } of files) {
    const to = versionOf(text);
    const file = fileOf(state, path);
    const isAnnounced = file.open[session] !== undefined;
    const hasGitMoved = file.expected.length > 0;
    delete file.open[session];
    if (hasGitMoved) chooseBase(state, file, to, atMs);
    const step = stepOf(path, file.now, to);
    file.now = to;
    const isAgents = isAnnounced && !hasGitMoved;
    carry(state, [step], isAgents ? { kind: 'agent', session, agent } : { kind: 'unknown' }, atMs);
    if (to && isAgents) own(state, step, to, { session, agent, path, atMs });
    if (!isAnnounced) continue;
    const known = state.records[recordKey(session, path)];
    state.records[recordKey(session, path)] = {
      session,
      agent,
      path,
      lastWriteMs: atMs,
      agentText: textOf(to),
      humanText: undefined,
      isClosed: known?.isClosed ?? false,
    };
  }
}

function own(
  state: EngineState,
  { from, stretches }: Step,
  to: Version,
  { session, agent, path, atMs }: { session: string; agent: string; path: string; atMs: number },
): void {
  for (const { before, after } of stretches) {
    const write = state.nextId++;
    const ids: number[] = [];
    for (let k = after.from; k < after.to; k++) {
      if (to.owners[k]!.some((id) => id > 0)) continue;
      const id = state.nextId++;
      ids.push(id);
      state.written[id] = { write, text: to.lines[k]! };
      to.owners[k] = [id];
    }
    if (ids.length > 0) {
      state.writes[write] = { session, agent, path, atMs, instead: from.lines.slice(before.from, before.to), ids };
    }
  }
}

function denied(state: EngineState, { files, session, agent, atMs }: Entry & { kind: 'denied' }): void {
  for (const { path, text } of files) {
    const file = fileOf(state, path);
    delete file.open[session];
    const { stretches, to } = stepOf(path, file.now, versionOf(text));
    const before = stretches.flatMap(({ after }) => to?.lines.slice(after.from, after.to) ?? []);
    const change = {
      session,
      agent,
      path,
      verdict: 'rejected_before_write' as const,
      ids: [],
      before,
      after: [],
      atMs,
      ageMs: 0,
    };
    state.changes[state.nextId++] = change;
  }
}

function moved(state: EngineState, { files, renames = [], why, by, atMs }: Entry & { kind: 'moved' }): void {
  for (const [from, to] of renames) {
    const file = state.files[from];
    if (!file || state.files[to]?.now) continue;
    state.files[to] = file;
    delete state.files[from];
    for (const { path, session } of Object.values(state.records).filter((record) => record.path === from)) {
      const record = state.records[recordKey(session, path)]!;
      delete state.records[recordKey(session, path)];
      state.records[recordKey(session, to)] = { ...record, path: to };
    }
    for (const change of Object.values(state.changes)) if (change.path === from) change.path = to;
  }
  // A commit leaves the worktree as it is; what else it did is seen at the next look.
  if (why === 'commit') return;
  for (const { path, from, to } of files) {
    const file = state.files[path];
    if (!file || from === to) continue;
    if (why === 'stash' && by === 'user') {
      // The stash holds what the person had done since the last look.
      const seen = versionOf(from);
      if (nearest([seen, versionOf(to)], file.now) === 0) observe(state, [{ path, text: from }], atMs, undefined);
    }
    const last = file.expected.at(-1)?.version ?? file.now;
    const version = versionAfterGit(last, from, to);
    file.expected = [...file.expected, { version, by }].slice(-6);
  }
}
