import type { FeedbackItem } from '@whetstone/shared/contract';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';

/** Of so many, the newest ones, is said what there is to choose from. */
const looked = 200;

/** Corrections of late, whatever became of them. */
export function useKnown() {
  const { api } = useProject();
  const { query, reload } = useQuery((signal) => api.listFeedback({ limit: looked }, { signal }), [api]);
  return { known: query.state === 'ready' ? query.data.items : none, query, reload };
}

const none: readonly FeedbackItem[] = [];
