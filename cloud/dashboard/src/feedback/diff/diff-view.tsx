import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { classOf, useTokens } from '../../code/code-block.tsx';
import { hiddenClass, Isolated } from '../../code/visible.tsx';
import type { Token } from '../../code/highlight.ts';
import { useGrowing } from '../../ui/use-growing.ts';
import { blocksOf, heightsOf, linesOf, rowsOf, type Height, type Row, type Side } from './rows.ts';
import { segmentsOf, tokenLines } from './segments.ts';

interface Props {
  label: string;
  before: string;
  after: string;
  language: string | null;
  /** The number of the first line of `after`, where it is known. */
  startLine: number | null;
  /** Below another one, the columns need not be named again. */
  isHeadless?: boolean;
}

const noFolds: ReadonlySet<number> = new Set();

/** What an agent left beside what a person made of it; on narrow screens a changed line stands above what became of it. */
export function DiffView({ label, before, after, language, startLine, isHeadless = false }: Props) {
  const blocks = useMemo(() => blocksOf(rowsOf(before, after)), [before, after]);
  const [ours, theirs] = [useTokenLines(before, language), useTokenLines(after, language)];
  const text = `${before} ${after}`;
  const [opened, setOpened] = useState<{ text: string; folds: ReadonlySet<number> }>({ text, folds: new Set() });
  const folds = opened.text === text ? opened.folds : noFolds;
  const heights = useMemo(() => heightsOf(blocks, folds), [blocks, folds]);
  const shown = useGrowing(heights.length, text);
  const last = (startLine ?? 1) + linesOf(after).length;
  // A row that was made is not looked at again: each turn costs the rows that it brings.
  const made = useMemo(() => new WeakMap<Height, VNode>(), [ours, theirs, startLine]);
  const viewOf = (height: Height): VNode => {
    const known = made.get(height);
    if (known) return known;
    const view =
      height.kind === 'fold' ? (
        <Fold
          key={`fold ${height.block}`}
          lines={height.lines}
          onOpen={() => setOpened({ text, folds: new Set([...folds, height.block]) })}
        />
      ) : (
        <RowView
          key={`${height.row.before?.at} ${height.row.after?.at}`}
          row={height.row}
          tokens={{ before: ours, after: theirs }}
          startLine={startLine}
        />
      );
    made.set(height, view);
    return view;
  };
  return (
    <div
      role="region"
      aria-label={label}
      class="rounded border border-line font-mono text-sm"
      style={{ '--numbers': `${String(last).length}ch` }}
    >
      <div
        class={`grid grid-cols-2 border-b border-line bg-surface font-sans text-xs text-muted max-md:hidden ${isHeadless ? 'sr-only' : ''}`}
      >
        <p class="border-r border-line px-3 py-1">What the agent left</p>
        <p class="px-3 py-1">What the person made of it</p>
      </div>
      {heights.slice(0, shown).map(viewOf)}
    </div>
  );
}

const Fold = ({ lines, onOpen }: { lines: number; onOpen: () => void }) => (
  <button
    type="button"
    class="block w-full cursor-pointer bg-surface px-3 py-1 text-left font-sans text-xs text-muted hover:bg-hover hover:text-text"
    onClick={onOpen}
  >
    ⋯ {lines.toLocaleString('en')} lines alike
  </button>
);

interface Lines {
  before: Token[][];
  after: Token[][];
}

interface RowProps {
  row: Row;
  tokens: Lines;
  startLine: number | null;
}

const RowView = ({ row: { kind, before, after }, tokens, startLine }: RowProps) => (
  <div class="grid md:grid-cols-2">
    <Half
      side={before}
      tokens={before && tokens.before[before.at]}
      sign={kind === 'changed' ? '−' : ''}
      look="bg-bad-surface"
      mark="bg-canvas shadow-[inset_0_-2px_var(--bad)]"
      class="md:border-r md:border-line"
      number={startLine === null ? undefined : ''}
    />
    <Half
      side={after}
      tokens={after && tokens.after[after.at]}
      sign={kind === 'changed' ? '+' : ''}
      look="bg-good-surface"
      mark="bg-canvas shadow-[inset_0_-2px_var(--good)]"
      class=""
      number={startLine === null ? undefined : after ? startLine + after.at : ''}
    />
  </div>
);

interface HalfProps {
  side: Side | undefined;
  tokens: Token[] | undefined;
  sign: string;
  look: string;
  mark: string;
  class: string;
  /** Empty where there is none, so that what stands below one another begins at the same place. */
  number: number | '' | undefined;
}

function Half({ side, tokens, sign, look, mark, class: extra, number }: HalfProps) {
  if (!side) return <div class={`bg-surface max-md:hidden ${extra}`} />;
  const isChanged = sign !== '';
  // Alike on both sides, it is said once where both stand below one another.
  const hiding = !isChanged && look === 'bg-bad-surface' ? 'max-md:hidden' : '';
  return (
    <div class={`flex min-w-0 px-2 ${isChanged ? look : ''} ${hiding} ${extra}`}>
      {number !== undefined && (
        <span
          class={`mr-2 w-[var(--numbers)] shrink-0 text-right text-muted select-none ${number === '' ? 'md:hidden' : ''}`}
        >
          {number}
        </span>
      )}
      <span class="w-4 shrink-0 text-muted select-none">{sign}</span>
      <Line side={side} tokens={tokens} isChanged={isChanged} mark={mark} />
    </div>
  );
}

/** A minified file is one line; what lies behind this many characters is shown when it is asked for. */
const longestShown = 2_000;

/** From left to right whatever it says: a line of a program that begins in Hebrew is a line of a program. */
function Line({
  side,
  tokens,
  isChanged,
  mark,
}: Pick<HalfProps, 'tokens' | 'mark'> & { side: Side; isChanged: boolean }) {
  const [isWhole, setWhole] = useState(false);
  const text = isWhole ? side.text : side.text.slice(0, longestShown);
  const left = side.text.length - text.length;
  return (
    <span dir="ltr" class="min-w-0 flex-1 [overflow-wrap:anywhere] whitespace-pre-wrap">
      {text === ''
        ? '\u00A0'
        : segmentsOf({ ...side, text }, tokens, isChanged && left === 0).map(
            ({ text: shown, kind, isMarked, hidden }, i) => (
              <span
                key={i}
                title={hidden}
                data-marked={isMarked ? '' : undefined}
                class={`${kind === undefined ? '' : (classOf[kind] ?? '')} ${isMarked ? `rounded-[2px] ${mark}` : ''} ${hidden === undefined ? '' : hiddenClass}`}
              >
                <Isolated text={shown} />
              </span>
            ),
          )}
      {left > 0 && (
        <button
          type="button"
          class="ml-1 cursor-pointer font-sans text-xs text-accent underline"
          onClick={() => setWhole(true)}
        >
          … {left.toLocaleString('en')} more characters
        </button>
      )}
    </span>
  );
}

function useTokenLines(text: string, language: string | null): Token[][] {
  const tokens = useTokens(text, language);
  return useMemo(() => tokenLines(tokens), [tokens]);
}
