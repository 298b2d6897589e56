import type { Standing } from './repository.ts';

/** What a person reads at the terminal once the documentation of installed packages was taken. */
export function seededDocs({ taken, failed }: { taken: readonly Standing[]; failed: readonly Standing[] }): string {
  const pages = taken.map((each) => `${nameOf(each)} (${each.pages} pages)`).join(', ');
  return [
    taken.length > 0 ? `Took the documentation of installed packages, for search_docs: ${pages}` : '',
    failed.length > 0 ? `Could not take that of ${failed.map(nameOf).join(', ')}: see GET /api/knowledge/ingests` : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

const nameOf = ({ library, version }: Standing) => `${library} ${version}`;
