import { useEffect, useState } from 'preact/hooks';
import { useGo, useUnsaved } from '../../shell/unsaved.tsx';

/** Leaving asks while something is unsaved; the way on once it is saved does not. */
export function useLeave(isUnsaved: boolean): (url: string) => void {
  const go = useGo();
  const [to, setTo] = useState<string | undefined>();
  useUnsaved(isUnsaved && to === undefined);
  // After the effect above: by now nothing is held any more.
  useEffect(() => {
    if (to !== undefined) go(to, { replace: true });
  }, [to]);
  return setTo;
}
