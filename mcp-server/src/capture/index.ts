import { runCapture } from './capture-command.ts';
import { runHooks } from './hooks-command.ts';
import { captureUsage, hooksUsage } from './usage.ts';

export { keepDraining } from './keep-draining.ts';
export const captureWork = { usage: captureUsage, run: runCapture };
export const hooksWork = { usage: hooksUsage, run: runHooks };
