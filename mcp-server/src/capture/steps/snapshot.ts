import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { placeFile, type Place } from '../places.ts';
import type { SpooledEvent } from '../spool/spool.ts';
import { filesInTar } from '../spool/tar.ts';
import type { Unit } from '../unit/unit-store.ts';
import type { Known, Surroundings } from './surroundings.ts';

/** What a snapshot shows. */
export interface Moment {
  event: SpooledEvent;
  place: Place;
  unit: Unit;
  atMs: number;
  tracked: ReadonlySet<string>;
  copied: Map<string, string>;
}

/** Files that a session said it would write and has not ended, as they are; without those that nobody copied. */
export function openIn({ state }: Unit, session: string, { copied, place }: Pick<Moment, 'copied' | 'place'>): Known[] {
  return Object.entries(state.files).flatMap(([path, { open }]) => {
    if (open[session] === undefined) return [];
    const text = copied.get(path) ?? (existsSync(join(place.root, path)) ? undefined : null);
    return text === undefined ? [] : [{ path, text }];
  });
}

/** The archive of an event, as far as it is of this place and may be followed. */
export async function copiedFiles(
  event: SpooledEvent,
  place: Place,
  tracked: ReadonlySet<string>,
  around: Surroundings,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const tar = event.attached('tar');
  if (!tar) return files;
  const below = place.root === sep ? '' : `${place.root.slice(1)}/`;
  const found: [path: string, bytes: Buffer][] = [];
  for (const [name, bytes] of filesInTar(tar)) {
    const placed = name.startsWith(below) ? placeFile(`/${name}`, place.root) : 'outside';
    if (typeof placed !== 'string' && placed.place.root === place.root) found.push([placed.path, bytes]);
  }
  const fresh = found.map(([path]) => path).filter((path) => !tracked.has(path));
  const refusals = await around.refusalsOf(place, fresh);
  for (const [path, bytes] of found) {
    const known = refusals.get(path) ?? around.knower.know(bytes);
    if (typeof known === 'string') around.refuse(known);
    else if ('refused' in known) around.refuse(known.refused);
    else files.set(path, known.text);
  }
  return files;
}
