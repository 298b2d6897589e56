import { commandBeside } from './beside.ts';

export const captureCommand = commandBeside(
  'capture',
  'report: what became of the lines agents wrote',
  async () => (await import('../capture/index.ts')).captureWork,
);
