import { commandBeside } from './beside.ts';

export const hooksCommand = commandBeside(
  'hooks',
  'install or remove: notice what people change',
  async () => (await import('../capture/index.ts')).hooksWork,
);
