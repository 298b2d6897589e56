import { useLocation } from 'preact-iso';
import { useShortcuts } from '../shell/keyboard.tsx';
import { Button } from '../ui/button.tsx';

/** Whether a picture is shown as a table: in the address, and one key away. */
export function useAsTable(): [boolean, () => void] {
  const { url, route } = useLocation();
  const address = new URL(url, location.origin);
  const asTable = address.searchParams.get('as') === 'table';
  const toggle = () => {
    if (asTable) address.searchParams.delete('as');
    else address.searchParams.set('as', 'table');
    route(address.pathname + address.search, true);
  };
  useShortcuts([{ keys: 't', does: asTable ? 'As a picture' : 'As a table', run: toggle }]);
  return [asTable, toggle];
}

export const AsTableButton = ({ asTable, onToggle }: { asTable: boolean; onToggle: () => void }) => (
  <Button aria-pressed={asTable} onClick={onToggle}>
    As a table <kbd class="font-mono text-xs text-muted max-md:hidden">t</kbd>
  </Button>
);
