import { Dialog } from '../ui/dialog.tsx';
import { useKeyboard } from './keyboard.tsx';

/** The shortcuts in force where one is. */
export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const shortcuts = useKeyboard().all();
  return (
    <Dialog title="Shortcuts" onClose={onClose}>
      <dl class="grid grid-cols-[6rem_1fr] gap-y-1.5">
        {shortcuts.map(({ keys, does }) => (
          <div key={keys} class="contents">
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key} class="mr-1 rounded border border-line bg-surface px-1.5 font-mono text-sm">
                  {key.replace('mod+', 'Ctrl ')}
                </kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="mt-4 text-sm text-muted">
        <kbd class="font-mono">Esc</kbd> closes this
      </p>
    </Dialog>
  );
}
