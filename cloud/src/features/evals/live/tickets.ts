import type { evalRuns, Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { createHash, randomBytes } from 'node:crypto';
import type { Ctx } from '../../../context.ts';
import type { Database } from '../../../platform/db/database.ts';
import { runRepository } from '../runs/repository.ts';
import { unknownRun } from './unknown-run.ts';
import { liveRepository } from './repository.ts';

const validForMs = 60_000;
/** At a time. A dashboard asks for one each time it connects. */
const maxPerKey = 20;

/** Whom a ticket lets in: the key that asked for it, as it is by now. */
export interface TicketHolder {
  projectId: string;
  selector: string;
}

interface Dependencies {
  database: Pick<Database, 'asSystem'>;
}

/** Browsers can send no header with a WebSocket, and a key in an address ends up in logs: a ticket opens one run, once. */
export function liveTickets({ database }: Dependencies) {
  const handlers: Handlers<Pick<typeof evalRuns, 'createLiveTicket'>, Ctx> = {
    createLiveTicket: ({ actor, transaction }, { runId }) =>
      transaction(async (tx) => {
        if (!(await runRepository.find(tx, runId))) throw unknownRun(runId);
        if ((await liveRepository.countTickets(tx, actor.selector)) >= maxPerKey)
          throw new WhetstoneError(
            'rate_limited',
            `this key has ${maxPerKey} tickets that nobody has used; use them first`,
          );
        const ticket = randomBytes(32).toString('base64url');
        const expiresAt = new Date(tx.now.getTime() + validForMs);
        await liveRepository.insertTicket(tx, hashOf(ticket), { runId, selector: actor.selector, expiresAt });
        return { ticket, expiresAt: expiresAt.toISOString() };
      }),
  };

  return {
    handlers,

    /** Uses the ticket up, whatever comes of it; throws `unauthorized`. */
    async redeem(ticket: string, { runId }: { runId: string }): Promise<TicketHolder> {
      const { taken, now } = await database.asSystem(async (tx) => ({
        taken: await liveRepository.takeTicket(tx, hashOf(ticket)),
        now: tx.now,
      }));
      if (taken?.runId !== runId || taken.expiresAt <= now) {
        const path = `/api/eval/live/${runId}/ticket`;
        const message = `this ticket is unknown, used, for another run, or older than a minute; POST ${path} gives a new one`;
        throw new WhetstoneError('unauthorized', message);
      }
      return { projectId: taken.projectId, selector: taken.selector };
    },

    /** Those that nobody has used in time. */
    expire: () => database.asSystem((tx) => liveRepository.removeTickets(tx)),
  };
}

const hashOf = (ticket: string) => createHash('sha256').update(ticket).digest();
