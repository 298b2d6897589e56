import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unitName, type Place } from './places.ts';
import { openUnit, rootIn, type Unit } from './unit/unit-store.ts';

/** The units that lie on disk, each opened once. */
export interface Units {
  of(place: Place): Unit;
  /** Those that were used, with their places. */
  opened(): { place: Place; unit: Unit }[];
  roots(): string[];
}

export function unitsIn(directory: string): Units {
  const open = new Map<string, { place: Place; unit: Unit }>();
  return {
    of(place) {
      const known = open.get(place.root);
      if (known) return known.unit;
      const unit = openUnit(join(directory, unitName(place.root)), place.root);
      open.set(place.root, { place, unit });
      return unit;
    },
    opened: () => [...open.values()],
    roots: () => namesIn(directory).flatMap((name) => rootIn(join(directory, name)) ?? []),
  };
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
