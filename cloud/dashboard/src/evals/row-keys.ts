import { moveToRow } from '../flags/move-to-row.ts';
import { useShortcuts, type Shortcut } from '../shell/keyboard.tsx';

/** The keys of every list; those of this one come with them. */
export const useRowKeys = (more: Shortcut[] = []) =>
  useShortcuts([
    { keys: 'j', does: 'Next row', run: () => moveToRow(1) },
    { keys: 'k', does: 'Row before', run: () => moveToRow(-1) },
    { keys: 'Enter', does: 'Open the row', run: () => moveToRow(1) },
    ...more,
  ]);

/** The row that has the focus, by its key. */
export const currentRow = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>('tr[data-key]')?.dataset['key'];
