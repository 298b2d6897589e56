import { useEffect, useState } from 'preact/hooks';
import { useProject } from '../live/project.tsx';

interface Found {
  shape: string;
  look: string;
  text: string;
  detail: string;
}

const askedEveryMs = 30_000;

/** How the engines do, by /readyz: one dot with a word, the rest on hover. */
export function Health() {
  const { api, isConnected } = useProject();
  const [found, setFound] = useState<Found | undefined>();

  useEffect(() => {
    const abort = new AbortController();
    const ask = () =>
      void api.getReadiness({}, { signal: abort.signal }).then(
        ({ ports }) => {
          const detail = ports.map(({ port, engine }) => `${port}: ${engine}`).join('\n');
          setFound({ shape: '●', look: 'text-good', text: 'Engines ready', detail });
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setFound({ shape: '▲', look: 'text-bad', text: 'Not ready', detail: (error as Error).message });
        },
      );
    ask();
    const timer = setInterval(ask, askedEveryMs);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [api, isConnected]);

  return (
    <p class="px-2 text-sm" title={found?.detail}>
      <span aria-hidden="true" class={`mr-1.5 ${found?.look ?? 'text-muted'}`}>
        {found?.shape ?? '○'}
      </span>
      {found?.text ?? 'Asking the engines'}
    </p>
  );
}
