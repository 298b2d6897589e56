import type { Flag, Segment } from '@whetstone/shared/contract';
import { useEffect, useRef } from 'preact/hooks';
import { Elsewhere } from './elsewhere.tsx';
import { useDraft, useForm } from './form/form-context.tsx';
import { FlagForm } from './form/flag-form.tsx';
import { JsonView } from './form/json-view.tsx';
import { PreviewPanel } from './preview-panel.tsx';

interface Props {
  /** As a form, or as the JSON that it stands for. */
  isForm: boolean;
  /** The version that is edited; none while the flag is new. */
  base: Flag | undefined;
  isDirty: boolean;
  flags: readonly Flag[];
  segments: readonly Segment[];
  nowMs: number;
  /** Raised by one, the first field takes the focus. */
  focusTurn: number;
}

/** The draft, and beside it what it would serve. */
export function DraftBody({ isForm, base, isDirty, flags, segments, nowMs, focusTurn }: Props) {
  const { document } = useDraft();
  const { lockedBecause } = useForm();
  const fields = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focusTurn === 0) return;
    fields.current?.querySelector<HTMLElement>('input:enabled, select:enabled, textarea:enabled')?.focus();
  }, [focusTurn]);
  return (
    <>
      {lockedBecause !== undefined && (
        <p role="note" class="mb-4 rounded border border-line bg-surface px-4 py-2 text-sm">
          {lockedBecause}
        </p>
      )}
      <div class="grid gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div ref={fields} class="min-w-0">
          {isForm ? <FlagForm nowMs={nowMs} isNew={base === undefined} /> : <JsonView />}
          <Elsewhere isForm={isForm} isNew={base === undefined} />
        </div>
        <div class="max-xl:border-t max-xl:border-line max-xl:pt-4 xl:border-l xl:border-line xl:pl-6">
          <div class="xl:sticky xl:top-4 xl:-m-1 xl:max-h-[calc(100dvh-2rem)] xl:overflow-y-auto xl:p-1">
            <PreviewPanel
              document={document}
              base={base}
              isDirty={isDirty}
              flags={flags}
              segments={segments}
              nowMs={nowMs}
            />
          </div>
        </div>
      </div>
    </>
  );
}
