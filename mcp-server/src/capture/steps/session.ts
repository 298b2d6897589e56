import { hashOf } from '../known-text.ts';
import type { Session, Unit } from '../unit/unit-store.ts';
import type { Known, Who } from './surroundings.ts';

export const hashText = (text: string | null) => (text === null ? 'absent' : hashOf(text));

export function sessionIn(unit: Unit, { session, agent, model }: Who, atMs: number, dropped: number): Session {
  const known = unit.meta.sessions[session];
  return {
    ...(known ?? { id: session, agent, firstMs: atMs, writes: 0, missed: 0, open: {}, droppedBefore: dropped }),
    ...(model !== undefined && { model }),
    lastMs: atMs,
  };
}

/** A write that is not under way any more. */
export function without(session: Session, path: string): Session {
  const { [path]: _, ...open } = session.open;
  const { [path]: __, ...wanted } = session.wanted ?? {};
  return { ...session, open, wanted };
}

export const missedOne = (session: Session): Session => ({ ...session, missed: session.missed + 1 });

/** A write is whole when it was seen before and after. */
export function counted(session: Session, phase: 'pre' | 'post', files: readonly Known[]): Session {
  const open = { ...session.open };
  const wanted = { ...session.wanted };
  let { writes, missed } = session;
  for (const { path, text } of files) {
    if (phase === 'pre') {
      open[path] = hashText(text);
      continue;
    }
    if (path in open) writes += 1;
    else missed += 1;
    delete open[path];
    delete wanted[path];
  }
  return { ...session, open, wanted, writes, missed };
}
