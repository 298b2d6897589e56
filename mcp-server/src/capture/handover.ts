import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { CaptureLevel } from '../config.ts';
import { abstracted } from './abstracted.ts';
import type { Closing, ReportHunk } from './engine/index.ts';
import type { Handover, Session } from './unit/unit-store.ts';

interface Circumstances {
  level: CaptureLevel;
  repoId: string | undefined;
  userId: string | undefined;
  sessions: Record<string, Session>;
  dropped: number;
  /** Tells units apart in the ids. */
  unit: string;
  nowMs: number;
}

/** What the cloud is told of what was settled: numbers at every level, lines only where that was agreed to. */
export function handoversOf({ corrections, survivals }: Closing, around: Circumstances): Handover[] {
  const { level, repoId, userId, unit, nowMs } = around;
  if (level === 'off') return [];
  const who = (session: string) => ({ taskId: session, repoId, userId, model: around.sessions[session]?.model });
  const counts = survivals.map((survival): Handover => {
    const { session, agent, language, lines, agentLines } = survival;
    const item = { session, agent, language, lines, agentLines, ...who(session) };
    const covered = isCovered(around.sessions[session], around.dropped);
    const body = { items: [{ ...item, covered, at: new Date(nowMs).toISOString() }] };
    return { id: idOf(unit, 'survival', session, language, String(nowMs)), operation: 'recordSurvival', body };
  });
  if (level === 'counts') return counts;
  const told = corrections.map((correction): Handover => {
    const { session, file, writtenAtMs } = correction;
    const body = { ...patchesOf(correction, level), ...who(session), timestamp: new Date(nowMs).toISOString() };
    return { id: idOf(unit, 'correction', session, file, String(writtenAtMs)), operation: 'captureFeedback', body };
  });
  return [...counts, ...told];
}

/** Whether hooks saw every write of a session. */
export const isCovered = (session: Session | undefined, dropped: number) =>
  session !== undefined && session.missed === 0 && session.droppedBefore === dropped;

const mostHunks = 500;
const mostText = 200_000;

type Correction = Closing['corrections'][number];

function patchesOf({ file, hunks, agentText, humanText }: Correction, level: 'patterns' | 'full') {
  const isFull = level === 'full';
  // The name of a file says what it is about; its kind is all that a pattern needs.
  const path = isFull ? file : `$FILE${extname(file)}`;
  const shown = hunks.slice(0, mostHunks).map((hunk) => hunkFor(hunk, path, isFull));
  const patch = (before: string, after: string) => ({ files: [{ path, before, after }] });
  const fits = agentText.length + humanText.length < 2 * mostText;
  const [agent, human] = isFull && fits ? [agentText, humanText] : [joined(shown, 'before'), joined(shown, 'after')];
  const isRejected = hunks.length > 0 && hunks.every(({ verdict }) => verdict === 'rejected');
  return {
    originalPatch: patch('', agent),
    correctedPatch: patch(agent, human),
    kind: isRejected ? 'reject' : 'edit',
    hunks: shown,
  };
}

function hunkFor(hunk: ReportHunk, file: string, isFull: boolean) {
  const { startLine, endLine, verdict, session, agent, agentLines, ageMs } = hunk;
  const shown = (text: string | undefined) => text && (isFull ? text : abstracted(text)).slice(0, mostText);
  const place = { startLine, endLine, verdict, session, agent, lines: agentLines };
  return {
    file,
    ...place,
    ...(ageMs !== undefined && { ageMs: Math.max(0, ageMs) }),
    ...(hunk.before !== undefined && { before: shown(hunk.before) }),
    ...(hunk.after !== undefined && { after: shown(hunk.after) }),
  };
}

const joined = (hunks: { before?: string | undefined; after?: string | undefined }[], side: 'before' | 'after') =>
  hunks.map((hunk) => (hunk[side] ? `${hunk[side].replace(/\n$/, '')}\n` : '')).join('');

/** The same for the same thing, in the form of a UUID (version 8): handed over twice, it counts once. */
function idOf(...parts: string[]) {
  const hex = createHash('sha256').update(parts.join('\n')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
