import { flagPath } from '../flags/flag-path.ts';
import { flagpoles, type Mark } from './model/marks.ts';

const versionPath = (key: string, version: number) => `${flagPath(key, 'history')}?version=${version}`;

const nameOf = (marks: readonly Mark[]) => {
  const [first, last] = [marks[0]?.version, marks.at(-1)?.version];
  return first === last ? `v${last}` : `v${first}–${last}`;
};

interface Props {
  flagKey: string;
  marks: readonly Mark[];
}

/** Above a chart: each change of the flag at its time, leading to that version. */
export const MarkLinks = ({ flagKey, marks, placesPx }: Props & { placesPx: readonly number[] }) => (
  <ul aria-label="Changes of the flag" class="absolute inset-x-0 top-0 h-5 text-xs">
    {flagpoles(marks, placesPx, 48).map(({ px, marks: here }) => (
      <li key={px} class="absolute -translate-x-1/2" style={{ left: `${px}px` }}>
        <a
          href={versionPath(flagKey, here.at(-1)!.version)}
          data-same-page
          title={here.map(({ text }) => text).join('\n')}
          class="rounded border border-line bg-canvas px-1 font-mono text-muted hover:text-text hover:underline"
        >
          {nameOf(here)}
        </a>
      </li>
    ))}
  </ul>
);

/** The same in a cell of a table. */
export const MarkCell = ({ flagKey, marks }: Props) =>
  marks.map(({ version, text }) => (
    <a
      key={version}
      href={versionPath(flagKey, version)}
      data-same-page
      title={text}
      class="mr-2 font-mono text-muted underline hover:text-text"
    >
      v{version}
    </a>
  ));
