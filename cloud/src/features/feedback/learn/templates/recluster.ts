import type { ProjectTx } from '../../../../platform/db/database.ts';
import { clusterBucket } from './cluster.ts';
import { renderTemplate } from './render.ts';
import type { Template } from './term.ts';
import { templateRepository, type ShapePlace, type StoredShape, type TemplateRow } from './repository.ts';

const leastSupport = 3;

/** Finds the templates of one bucket anew. The same shapes have the same templates, in whatever order they came. */
export async function reclusterBucket(tx: ProjectTx, bucket: string) {
  const shapes = await templateRepository.shapesOf(tx, bucket);
  const supported = supportedClusters(shapes);
  const hashes = supported.flatMap(({ shapes: members }) => members.map(({ hash }) => hash));
  const places = hashes.length > 0 ? await templateRepository.placesOf(tx, hashes) : [];
  await templateRepository.replace(tx, bucket, templateRows(supported, places));
}

interface Supported {
  template: Template;
  shapes: StoredShape[];
}

export const supportedClusters = (shapes: readonly StoredShape[]): Supported[] =>
  clusterBucket(shapes).filter(
    (cluster) => cluster.shapes.reduce((sum, { corrections }) => sum + corrections, 0) >= leastSupport,
  );

export const templateRows = (clusters: readonly Supported[], places: readonly ShapePlace[]): TemplateRow[] =>
  clusters.map(({ template, shapes }) => {
    const { before, after, title, rule } = renderTemplate(template);
    const members = new Set(shapes.map(({ hash }) => hash));
    return {
      // The name of its oldest shape stays the same while it grows.
      key: shapes.reduce((oldest, shape) => (isOlder(shape, oldest) ? shape : oldest)).hash,
      language: shapes[0]!.language,
      place: commonPlace(places.filter(({ shape }) => members.has(shape))),
      before,
      after,
      title,
      rule,
      shapes: [...members],
    };
  });

const isOlder = (a: StoredShape, b: StoredShape) => {
  const apart = a.seenAt.getTime() - b.seenAt.getTime();
  return apart < 0 || (apart === 0 && a.hash < b.hash);
};

/**
 * Where it is counted what was left: the finest outline that all of its changes have. What it would be if each had its own, found where
 * somebody changed something, is no control: those are the places that were changed.
 */
function commonPlace(places: readonly ShapePlace[]): string {
  const fine = new Set(places.map((place) => place.fine));
  const [only] = fine;
  if (fine.size === 1 && only) return only;
  const counts = new Map<string, number>();
  for (const { coarse, n } of places) counts.set(coarse, (counts.get(coarse) ?? 0) + n);
  return [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? '';
}
