import { createClient } from '@whetstone/shared/client';
import { projectHeader } from '@whetstone/shared/contract';

interface Options {
  projectId: string;
  /** The key this browser is signed in with no longer works. */
  onRefused: () => void;
}

/** The typed client for one project; the cookie says who asks. Failures are `WhetstoneError`. */
export function createApi({ projectId, onRefused }: Options) {
  const fetchForProject: typeof fetch = async (url, init) => {
    const answer = await fetch(url, { ...init, headers: { ...(init?.headers as object), [projectHeader]: projectId } });
    if (answer.status === 401) onRefused();
    return answer;
  };
  const client = createClient({ baseUrl: location.origin, fetch: fetchForProject, timeoutMs: 15_000 });
  return { ...client, fetch: fetchForProject, projectId };
}

export type Api = ReturnType<typeof createApi>;
