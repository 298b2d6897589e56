import type { FeedbackItem } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { useProject } from '../../live/project.tsx';
import { usedLabels } from './labels.ts';

/** What the keys 1 to 9 give: what people of the project give most, or what this person chose in this browser. */
export function useLabels(known: readonly FeedbackItem[]) {
  const { me } = useProject();
  const storedAs = `whetstone-labels-${me.project.id}`;
  const [own, setOwn] = useState<string[] | undefined>(() => {
    const text = localStorage.getItem(storedAs);
    return text === null || text === '' ? undefined : text.split(' ');
  });
  const used = useMemo(() => usedLabels(known), [known]);
  return {
    labels: own ?? used,
    isOwn: own !== undefined,
    choose: (labels: string[] | undefined) => {
      if (labels === undefined) localStorage.removeItem(storedAs);
      else localStorage.setItem(storedAs, labels.join(' '));
      setOwn(labels);
    },
  };
}
