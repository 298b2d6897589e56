import { evaluateFlag } from './evaluate-flag.ts';
import type { Tool } from './tool.ts';
import { whetstoneStatus } from './whetstone-status.ts';

/** Every tool, in the order clients list them. */
export const tools: readonly Tool[] = [evaluateFlag, whetstoneStatus];
