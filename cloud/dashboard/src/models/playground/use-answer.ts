import type { Recommendation, RecommendRequest } from '@whetstone/shared/contract';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { useProject } from '../../live/project.tsx';

export interface Answer {
  recommendation: Recommendation | undefined;
  error: unknown;
  /** What is shown answers an earlier question. */
  isAsking: boolean;
}

/** Somebody who types is let finish a word. */
const restMs = 250;

/** What the server recommends for this; while it is asked again the answer before stays. Undefined asks nothing. */
export function useAnswer(request: RecommendRequest | undefined): Answer & { askAgain: () => void } {
  const { api } = useProject();
  const [turn, setTurn] = useState(0);
  const [answer, setAnswer] = useState<Answer>({ recommendation: undefined, error: undefined, isAsking: true });
  const question = request && JSON.stringify(request);
  useEffect(() => {
    if (request === undefined) return setAnswer((held) => ({ ...held, isAsking: false }));
    const abort = new AbortController();
    setAnswer((held) => ({ ...held, isAsking: true }));
    const rest = setTimeout(() => {
      api.recommendModel(request, { signal: abort.signal }).then(
        (recommendation) => !abort.signal.aborted && setAnswer({ recommendation, error: undefined, isAsking: false }),
        (error: unknown) => !abort.signal.aborted && setAnswer({ recommendation: undefined, error, isAsking: false }),
      );
    }, restMs);
    return () => {
      clearTimeout(rest);
      abort.abort();
    };
  }, [api, question, turn]);
  const askAgain = useCallback(() => setTurn((count) => count + 1), []);
  return { ...answer, askAgain };
}
