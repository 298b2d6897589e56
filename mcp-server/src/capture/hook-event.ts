import { isRecord, parseJson } from '../json.ts';
import type { SpooledEvent } from './spool/spool.ts';

interface Who {
  session: string;
  agent: string;
  model: string | undefined;
  /** Where the agent works. */
  directory: string;
}

/** What a hook says, whichever client it is of. */
export type HookEvent =
  | (Who & { kind: 'write'; phase: 'pre' | 'post' | 'denied'; path: string; input: Payload })
  | (Who & { kind: 'edited'; path: string; edits: Edit[] })
  | (Who & { kind: 'shell'; phase: 'pre' | 'post' })
  | (Who & { kind: 'settle'; why: 'prompt' | 'stop' | 'start' })
  | { kind: 'git'; hook: string; directory: string; head: string | undefined }
  | (Who & { kind: 'told'; phase: 'pre' | 'post'; files: { path: string; text: string | null }[] })
  | { kind: 'nothing' };

export interface Edit {
  before: string;
  after: string;
}

/** Reads what lies in the spool. What is no event of ours, or only half of one, is `nothing`. */
export function hookEventOf({ client, bytes }: Pick<SpooledEvent, 'client' | 'bytes'>): HookEvent {
  if (client === 'git') return gitEvent(bytes.toString('utf8'));
  const payload = parseJson(bytes.toString('utf8'));
  if (!isRecord(payload)) return { kind: 'nothing' };
  if (client === 'told') return toldEvent(payload);
  return client === 'claude' ? claudeEvent(payload) : cursorEvent(payload);
}

type Payload = Record<string, unknown>;

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
/** Names that the cloud takes, and that no object has of itself. */
function name(value: unknown) {
  const given = text(value)?.slice(0, 128);
  return given === undefined || given in Object.prototype ? undefined : given;
}

const writingTools = new Set(['Write', 'Edit', 'MultiEdit', 'NotebookEdit']);
const settles: Record<string, 'prompt' | 'stop' | 'start'> = {
  UserPromptSubmit: 'prompt',
  Stop: 'stop',
  SessionStart: 'start',
  beforeSubmitPrompt: 'prompt',
  stop: 'stop',
};

function claudeEvent(payload: Payload): HookEvent {
  const directory = text(payload['cwd']);
  const event = text(payload['hook_event_name']) ?? '';
  if (directory === undefined) return { kind: 'nothing' };
  const who = {
    session: name(payload['session_id']) ?? 'unknown',
    agent: 'claude-code',
    model: name(payload['model']),
    directory,
  };
  const why = settles[event];
  if (why) return { ...who, kind: 'settle', why };
  const phase = phaseOf(event);
  if (!phase) return { kind: 'nothing' };
  if (payload['tool_name'] === 'Bash') return { ...who, kind: 'shell', phase: phase === 'pre' ? 'pre' : 'post' };
  const input = isRecord(payload['tool_input']) ? payload['tool_input'] : {};
  const path = text(input['file_path']) ?? text(input['notebook_path']);
  const isWrite = writingTools.has(text(payload['tool_name']) ?? '');
  return isWrite && path !== undefined ? { ...who, kind: 'write', phase, path, input } : { kind: 'nothing' };
}

function phaseOf(event: string) {
  if (event === 'PreToolUse') return 'pre';
  if (event === 'PermissionDenied') return 'denied';
  return event.startsWith('PostToolUse') ? 'post' : undefined;
}

function cursorEvent(payload: Payload): HookEvent {
  const roots = Array.isArray(payload['workspace_roots']) ? payload['workspace_roots'] : [];
  const directory = text(roots[0]) ?? text(payload['cwd']);
  const event = text(payload['hook_event_name']) ?? '';
  if (directory === undefined) return { kind: 'nothing' };
  const who = {
    session: name(payload['conversation_id']) ?? 'unknown',
    agent: 'cursor',
    model: name(payload['model']),
    directory,
  };
  const why = settles[event];
  if (why) return { ...who, kind: 'settle', why };
  if (event === 'beforeShellExecution') return { ...who, kind: 'shell', phase: 'pre' };
  if (event === 'afterShellExecution') return { ...who, kind: 'shell', phase: 'post' };
  const path = text(payload['file_path']);
  if (event !== 'afterFileEdit' || path === undefined) return { kind: 'nothing' };
  const edits = Array.isArray(payload['edits']) ? payload['edits'].flatMap(editOf) : [];
  return { ...who, kind: 'edited', path, edits };
}

/** What a tool of Claude Code was asked to make of a file. Nothing where its edits do not fit, which it refuses itself. */
export function textWanted(before: string | null, input: Payload): string | undefined {
  if (typeof input['content'] === 'string') return input['content'];
  const edits: unknown[] = Array.isArray(input['edits']) ? input['edits'] : [input];
  let result = before ?? '';
  for (const edit of edits) {
    const [one] = editOf(edit);
    if (!one || !result.includes(one.before)) return undefined;
    const isAll = isRecord(edit) && edit['replace_all'] === true;
    // As text: in a replacement, `$&` would be more than that.
    result = isAll ? result.split(one.before).join(one.after) : result.replace(one.before, () => one.after);
  }
  return result;
}

function editOf(edit: unknown): Edit[] {
  if (!isRecord(edit)) return [];
  const { old_string: before, new_string: after } = edit;
  return typeof before === 'string' && typeof after === 'string' ? [{ before, after }] : [];
}

/** As a spooler writes it: the folder, the commit, the hook with its arguments. */
function gitEvent(lines: string): HookEvent {
  const [directory = '', head = '', call = ''] = lines.split('\n');
  const hook = call.split(' ')[0] ?? '';
  if (directory === '' || hook === '') return { kind: 'nothing' };
  return { kind: 'git', hook, directory, head: /^[0-9a-f]{40,64}$/.test(head) ? head : undefined };
}

function toldEvent({ phase, session, agent, directory, files }: Payload): HookEvent {
  if ((phase !== 'pre' && phase !== 'post') || typeof directory !== 'string' || !Array.isArray(files)) {
    return { kind: 'nothing' };
  }
  const who = { session: name(session) ?? 'unknown', agent: name(agent) ?? 'unknown', model: undefined, directory };
  return { ...who, kind: 'told', phase, files: files as { path: string; text: string | null }[] };
}

/**
 * A file before edits that are known by what they took and what they gave, last first. Nothing where they do not fit: then
 * somebody has changed it since, and nobody knows what it was.
 */
export function beforeEdits(after: string, edits: readonly Edit[]): string | null | undefined {
  let result: string = after;
  for (const edit of edits.toReversed()) {
    // A file that was made has no text before.
    if (edit.before === '' && edit.after === result) return null;
    if (edit.after === '') return undefined;
    const at = result.indexOf(edit.after);
    if (at === -1) return undefined;
    result = result.slice(0, at) + edit.before + result.slice(at + edit.after.length);
  }
  return result;
}
