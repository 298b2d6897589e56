import { mostOfHunk, type FeedbackHunk } from '@whetstone/shared/contract';
import { visibleText } from '../../code/unseen.ts';
import { Visible } from '../../code/visible.tsx';
import { DiffView } from '../diff/diff-view.tsx';
import { patternPath } from '../paths.ts';
import { triageMeanings, triageText } from '../words.ts';

/** One stretch of a file, side by side, with what was recognised in it. */
export const HunkView = ({ hunk, number }: { hunk: FeedbackHunk; number: number }) => (
  <section class="mt-4">
    <h2 class="mb-1 flex flex-wrap items-baseline gap-x-3 text-sm">
      <span class="font-mono font-semibold [overflow-wrap:anywhere]">
        <bdi>
          <Visible text={hunk.file} />
        </bdi>
        {hunk.startLine !== null && <span class="font-normal text-muted">:{hunk.startLine}</span>}
      </span>
      <span class="text-muted" title={hunk.triage === null ? undefined : triageMeanings[hunk.triage]}>
        {hunk.verdict.replaceAll('_', ' ')}, {triageText(hunk.triage)}
      </span>
      {hunk.detectors.map((detector) => (
        <code key={detector} class="rounded border border-line bg-surface px-1 font-mono text-xs">
          {detector}
        </code>
      ))}
      {hunk.patterns.map((id, i) => (
        <a key={id} href={patternPath(id)} class="text-accent underline">
          pattern{hunk.patterns.length > 1 ? ` ${i + 1}` : ''}
        </a>
      ))}
    </h2>
    {(hunk.before.length >= mostOfHunk || hunk.after.length >= mostOfHunk) && (
      <p role="note" class="mb-1 text-sm text-warn">
        <span aria-hidden="true">! </span>Cut after {mostOfHunk.toLocaleString('en')} characters; the patch itself is
        kept whole.
      </p>
    )}
    <DiffView
      label={`What became of ${visibleText(hunk.file)}, ${number}`}
      before={hunk.before}
      after={hunk.after}
      language={hunk.language}
      startLine={hunk.startLine}
    />
  </section>
);
