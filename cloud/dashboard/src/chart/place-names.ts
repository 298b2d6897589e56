export interface Named {
  x: number;
  y: number;
  /** How wide its name is. */
  width: number;
  /** Its name is written before those of others where there is no room for all. */
  isFirst: boolean;
}

interface Place {
  /** The left end of the name, and its middle. */
  x: number;
  y: number;
}

/**
 * Where the name of each point goes, so that none lies on another, on a point or beyond `right`: beside it, else a line
 * lower or higher, to its right or left. Undefined where no place is free. All in one unit; `line` is the height of a name.
 */
export function placeNames(points: readonly Named[], line: number, right: number): (Place | undefined)[] {
  const taken: Box[] = points.map(({ x, y }) => boxAt(x - line / 3, y, (2 * line) / 3, (2 * line) / 3));
  const places = Array<Place | undefined>(points.length).fill(undefined);
  const order = points.map((_, i) => i).sort((a, b) => Number(points[b]!.isFirst) - Number(points[a]!.isFirst));
  for (const i of order) {
    const { x, y, width } = points[i]!;
    const [after, before] = [x + (2 * line) / 3, x - (2 * line) / 3 - width];
    const free = [0, line, -line, 2 * line, -2 * line]
      .flatMap((down) => [after, before].map((left) => ({ x: left, y: y + down })))
      .find((place) => {
        const box = boxAt(place.x, place.y, width, line);
        return box.left >= 0 && box.right <= right && !taken.some((other) => overlap(box, other));
      });
    if (free === undefined) continue;
    places[i] = free;
    taken.push(boxAt(free.x, free.y, width, line));
  }
  return places;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const boxAt = (left: number, middle: number, width: number, height: number): Box => ({
  left,
  right: left + width,
  top: middle - height / 2,
  bottom: middle + height / 2,
});

const overlap = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
