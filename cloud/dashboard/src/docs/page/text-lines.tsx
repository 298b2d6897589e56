import type { VNode } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { useGrowing } from '../../ui/use-growing.ts';
import type { Lines } from '../paths.ts';

interface Props {
  label: string;
  text: string;
  /** Those that are cited. */
  marked: Lines | undefined;
}

/** Lines that are made, and laid out, together. */
const perBlock = 20;

/** A page of others as the text that it is, with the numbers of its lines; those that are cited are marked and in view. */
export function TextLines({ label, text, marked }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const blocks = useMemo(() => blocksOf(text, marked), [text, marked?.from, marked?.to]);
  const grown = useGrowing(blocks.length, text);
  // What is cited is there at once, however far down.
  const shown = marked ? Math.max(grown, Math.ceil(marked.to / perBlock)) : grown;
  useLayoutEffect(() => {
    frame.current?.querySelector('[data-cited]')?.scrollIntoView({ block: 'center' });
  }, [blocks]);
  return (
    <div
      ref={frame}
      role="region"
      aria-label={label}
      class="rounded border border-line bg-surface py-2 font-mono text-sm"
      style={{ '--numbers': `${String(blocks.length * perBlock).length}ch` }}
    >
      {blocks.slice(0, shown)}
    </div>
  );
}

function blocksOf(text: string, marked: Lines | undefined): VNode[] {
  const lines = text.split('\n');
  return Array.from({ length: Math.ceil(lines.length / perBlock) }, (_, block) => (
    <div key={block}>
      {lines.slice(block * perBlock, (block + 1) * perBlock).map((line, i) => {
        const number = block * perBlock + i + 1;
        const isMarked = marked !== undefined && number >= marked.from && number <= marked.to;
        return (
          <div
            key={number}
            dir="auto"
            data-line={number}
            data-cited={isMarked && number === marked.from ? '' : undefined}
            class={`${lineClass} ${isMarked ? markedClass : plainClass}`}
          >
            {line === '' ? '\u00A0' : line}
          </div>
        );
      })}
    </div>
  ));
}

/** One element a line, and its number no part of what is copied: a page may have tens of thousands. */
const lineClass =
  'relative border-l-3 pr-3 pl-[calc(var(--numbers)+1.25rem)] [overflow-wrap:anywhere] whitespace-pre-wrap ' +
  'before:absolute before:left-2 before:w-[var(--numbers)] before:text-right before:content-[attr(data-line)]';
const markedClass = 'border-accent bg-hover before:text-accent';
const plainClass = 'border-transparent before:text-muted';
