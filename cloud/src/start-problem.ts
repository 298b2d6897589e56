import { WhetstoneError } from '@whetstone/shared/errors';
import { IsolationError } from './platform/db/isolation.ts';

/** A failure of the start that a person can mend; the message names the variable to look at. */
export class StartProblem extends Error {
  override name = 'StartProblem';
}

/** Waits for a step of the start, and says of what fails outside of us which variable led there. */
export async function blaming<T>(variable: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof WhetstoneError || error instanceof IsolationError) throw new StartProblem(error.message);
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new StartProblem(`${variable}: ${reason}`, { cause: error });
  }
}

/** What the system, the network or the database said; undefined for anything else, which is a bug. */
function reasonOf(error: unknown): string | undefined {
  // PGlite's file system throws plain objects, above all when the disk is full.
  if (!(error instanceof Error))
    return `the database cannot be written there (${JSON.stringify(error)}); is the disk full?`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `is in use; stop what listens there, or choose another`;
  if (code === 'EADDRNOTAVAIL') return 'is not an address of this machine';
  if (typeof code !== 'string') return undefined;
  // A connection tried on several addresses fails without a message of its own.
  return error.message || code;
}
