import type { FlagVersion } from '@whetstone/shared/contract';

export const actionWords: Record<FlagVersion['action'], string> = {
  as_found: 'as it was found',
  created: 'created',
  updated: 'changed',
  archived: 'archived',
  restored: 'restored',
  rolled_back: 'rolled back',
  variant_rolled_back: 'one variant rolled back automatically',
};

/** A change of a flag, as a chart marks it. */
export interface Mark {
  /** Seconds since 1970. */
  at: number;
  version: number;
  text: string;
}

/** Oldest first. */
export const marksOf = (
  versions: readonly Pick<FlagVersion, 'version' | 'action' | 'actor' | 'reason' | 'at'>[],
): Mark[] =>
  versions
    .map(({ version, action, actor, reason, at }) => ({
      at: Date.parse(at) / 1_000,
      version,
      text: `Version ${version}, ${actionWords[action]} by ${actor.name}${reason ? `: ${reason}` : ''}`,
    }))
    .sort((a, b) => a.at - b.at || a.version - b.version);

export interface Flagpole {
  /** Where it stands, in pixels from the left. */
  px: number;
  marks: Mark[];
}

/** Marks at these places, those that would cover one another made one. */
export function flagpoles(marks: readonly Mark[], placesPx: readonly number[], apartPx: number): Flagpole[] {
  const poles: Flagpole[] = [];
  marks.forEach((mark, i) => {
    const px = placesPx[i];
    if (px === undefined || !Number.isFinite(px)) return;
    const last = poles.at(-1);
    if (last && px - last.px < apartPx) last.marks.push(mark);
    else poles.push({ px, marks: [mark] });
  });
  return poles;
}

/** The marks in each step of a series, by the beginnings of the steps. */
export const marksByStep = (marks: readonly Mark[], times: readonly number[]): Mark[][] =>
  times.map((from, i) => marks.filter(({ at }) => at >= from && at < (times[i + 1] ?? Infinity)));
