import type { ComparedPatches } from '@whetstone/shared/feedback';

/** What two patches come to, file by file. */
export type ComparePatches = (original: unknown, corrected: unknown) => ComparedPatches;
