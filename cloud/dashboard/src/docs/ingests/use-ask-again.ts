import type { Ingest } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useProject } from '../../live/project.tsx';
import { askAgain } from './model.ts';

/** Asks for the same documentation once more; `problem` is why it was not taken up. */
export function useAskAgain(onStarted: (ingest: Ingest) => void) {
  const { api } = useProject();
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const again = async (ingest: Ingest) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const [sources, libraries] = await Promise.all([api.listSources({ limit: 500 }), api.listLibraries({})]);
      onStarted(await api.startIngest(askAgain(ingest, { sources: sources.items, libraries: libraries.items })));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return { again: (ingest: Ingest) => void again(ingest), isBusy, problem };
}
