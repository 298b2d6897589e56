import type { FieldError } from '@whetstone/shared/errors';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { FormContext } from '../../flag/form/form-context.tsx';

interface Props {
  complaints: readonly FieldError[];
  lockedBecause: string | undefined;
  children: ComponentChildren;
}

/** The fields of the flag form, for forms that are about no flag. */
export function PlainForm({ complaints, lockedBecause, children }: Props) {
  const form = useMemo(
    () => ({ complaints, lockedBecause, flags: noFlags, segments: [], attributes: [] }),
    [complaints, lockedBecause],
  );
  return (
    <FormContext.Provider value={form}>
      {lockedBecause !== undefined && (
        <p role="note" class="mb-4 max-w-4xl rounded border border-line bg-surface px-4 py-2 text-sm">
          {lockedBecause}
        </p>
      )}
      {children}
    </FormContext.Provider>
  );
}

const noFlags = new Map<string, string[]>();
