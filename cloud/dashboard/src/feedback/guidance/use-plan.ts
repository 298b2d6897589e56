import type { contract, GateResult, Input } from '@whetstone/shared/contract';
import { useEffect, useState } from 'preact/hooks';
import { useProject } from '../../live/project.tsx';

export interface Planned {
  gate: GateResult | undefined;
  error: unknown;
  /** What is shown answers an earlier question. */
  isAsking: boolean;
}

/** Somebody who types is let finish a number. */
const restMs = 400;

/** The plan of the gate that such a release would begin; it begins nothing. Undefined asks nothing. */
export function usePlan(request: Input<(typeof contract)['releaseGuidance']> | undefined): Planned {
  const { api } = useProject();
  const [planned, setPlanned] = useState<Planned>({ gate: undefined, error: undefined, isAsking: true });
  const question = request && JSON.stringify(request);
  useEffect(() => {
    if (request === undefined) return;
    const abort = new AbortController();
    setPlanned((held) => ({ ...held, isAsking: true }));
    const rest = setTimeout(() => {
      api.releaseGuidance({ ...request, dryRun: true }, { signal: abort.signal }).then(
        (gate) => !abort.signal.aborted && setPlanned({ gate, error: undefined, isAsking: false }),
        (error: unknown) => !abort.signal.aborted && setPlanned({ gate: undefined, error, isAsking: false }),
      );
    }, restMs);
    return () => {
      clearTimeout(rest);
      abort.abort();
    };
  }, [api, question]);
  return planned;
}
