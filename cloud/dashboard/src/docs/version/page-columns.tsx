import type { DocPage } from '@whetstone/shared/contract';
import type { Column } from '../../ui/table.tsx';
import { pagePath } from '../paths.ts';
import { countText } from '../words.ts';

export const pageColumnsOf = (library: string, version: string): Column<DocPage>[] => [
  {
    name: 'Path',
    cell: ({ path }) => (
      <a
        href={pagePath({ library, version, path })}
        class="row-link block truncate font-mono after:absolute after:inset-0"
        title={path}
      >
        {path}
      </a>
    ),
  },
  {
    name: 'Title',
    isSecondary: true,
    cell: ({ title }) => (
      <bdi class="block truncate" title={title}>
        {title}
      </bdi>
    ),
  },
  { name: 'Lines', class: 'w-18', isNumber: true, cell: ({ lines }) => countText(lines) },
  {
    name: 'State',
    class: 'w-28',
    isSecondary: true,
    cell: ({ stale }) =>
      stale ? (
        <span class="text-warn" title="It is gone from its source since">
          <span aria-hidden="true">! </span>stale
        </span>
      ) : (
        <span class="text-muted">current</span>
      ),
  },
];
