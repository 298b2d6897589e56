import { z } from 'zod';
import type { Operation } from '../operation.ts';
import { RunId } from './common.ts';
import { LiveEvent } from './runs.ts';

/** Beside the operations, as streams are: what is followed over a WebSocket. */
export const sockets = {
  followEvalRun: {
    method: 'GET',
    path: '/api/eval/live/:runId',
    summary: 'Live events of a run over WebSocket, in order and resumable; closed with 1000 after the last',
    tag: 'evals',
    role: 'viewer',
    input: z.object({
      runId: RunId,
      after: z
        .int()
        .min(0)
        .max(2_147_483_647)
        .default(0)
        .describe('`seq` of the last event received; what follows it is sent'),
      ticket: z
        .string()
        .max(128)
        .optional()
        .describe('Of createLiveTicket, for who can send no header; a key never stands in an address'),
      project: z
        .uuid()
        .optional()
        .describe('For a browser that is signed in to several projects, in place of the header'),
    }),
    output: LiveEvent,
    socket: true,
    errors: ['not_found', 'rate_limited'],
  },
} satisfies Record<string, Operation>;
