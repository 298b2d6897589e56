import type { Tool } from '../tool.ts';
import { archiveFlag } from './archive-flag.ts';
import { changeFlag } from './change-flag.ts';
import { createFlag } from './create-flag.ts';
import { rollOutFlag } from './roll-out-flag.ts';

/** What WHETSTONE_TOOLSETS=admin adds, for a key that may change flags. */
export const adminTools: readonly Tool[] = [createFlag, changeFlag, rollOutFlag, archiveFlag];
