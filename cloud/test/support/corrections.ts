import type { Input, WhetstoneContract } from '@whetstone/shared/contract';
import { v7 as uuidv7 } from 'uuid';
import type { TestApp } from './app.ts';

type Sent = Input<WhetstoneContract['captureFeedback']>;

/** A constructed one: an agent added up with a loop and logged; a person made it a call. */
export const aCorrection = (change: Partial<Sent> = {}): Sent => ({
  taskId: `task-${uuidv7()}`,
  originalPatch: wholeFile('src/sum.ts', 'export {};\n', agentSum),
  correctedPatch: wholeFile('src/sum.ts', 'export {};\n', humanSum),
  ...change,
});

export const wholeFile = (path: string, before: string | null, after: string | null) => ({
  files: [{ path, before, after }],
});

export const agentSum = `export function sum(values: any[]) {
  let total = 0;
  for (const value of values) total += value;
  console.log(total);
  return total;
}
`;

export const humanSum = `export function sum(values: readonly number[]) {
  return values.reduce((total, value) => total + value, 0);
}
`;

/** Captures one and has it accepted; resolves with its id. */
export async function acceptedCorrection({ admin }: Pick<TestApp, 'admin'>, change: Partial<Sent> = {}) {
  const { id } = await admin.captureFeedback(aCorrection(change));
  await admin.reviewFeedback({ id, status: 'accepted' });
  return id;
}
