import { useLocation } from 'preact-iso';
import { IngestList } from './ingest-list.tsx';
import { IngestView } from './ingest-view.tsx';

/** What is being fetched and what was, or one of them. */
export function IngestsTab() {
  const { query } = useLocation();
  const { library, id } = query;
  return library !== undefined && id !== undefined ? (
    <IngestView key={id} library={library} id={id} />
  ) : (
    <IngestList library={library} />
  );
}
