import { commandBeside } from './beside.ts';

export const outboxCommand = commandBeside(
  'outbox',
  'what waits for the cloud; drain, retry, export',
  async () => (await import('./outbox-work/index.ts')).outboxWork,
);
