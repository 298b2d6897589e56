import { explain } from '../ui/states.tsx';

/** Beside what is shown still, though loading it again failed. */
export const StaleNote = ({ error }: { error: unknown }) =>
  error === undefined ? null : (
    <p role="status" class="mb-3 text-sm text-warn">
      ! Not up to date: {explain(error).message}
    </p>
  );
