import { z } from 'zod';
import { operation } from './operation.ts';

const PortState = z.object({
  port: z.string(),
  engine: z.string(),
  ok: z.boolean(),
  latencyMs: z.number().nullable().describe('Of the probe just made; null when it failed'),
});
export type PortState = z.infer<typeof PortState>;

export const system = {
  getHealth: operation({
    method: 'GET',
    path: '/healthz',
    summary: 'Is the process alive?',
    tag: 'system',
    role: 'public',
    input: z.object({}),
    output: z.object({ status: z.literal('ok'), version: z.string() }),
  }),

  getReadiness: operation({
    method: 'GET',
    path: '/readyz',
    summary: 'Can it serve? Each port with its engine; 503 when one is down or the process is stopping',
    tag: 'system',
    role: 'public',
    input: z.object({}),
    output: z.object({ status: z.literal('ok'), ports: z.array(PortState) }),
  }),
};
