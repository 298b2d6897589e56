import { lintVerb } from './lint.ts';
import { staleVerb } from './stale.ts';
import { typesVerb } from './types.ts';
import type { FlagVerb } from './verb.ts';

/**
 * What `flag` does beside answering: for people and CI. It knows the whole contract and its schemas, which no answer to an
 * agent needs: the build puts it into a file of its own, that is loaded when one of these words is typed.
 */
export const flagVerbs: Readonly<Record<string, FlagVerb>> = { stale: staleVerb, lint: lintVerb, types: typesVerb };
