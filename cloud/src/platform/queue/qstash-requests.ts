import type { CreateScheduleRequest, PublishBatchRequest } from '@upstash/qstash';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JobDefinition } from './job.ts';
import type { Unpublished } from './qstash-messages.ts';

/** What travels: which message is to be run, never what is in it. */
export const MessageBody = z.object({ id: z.uuid(), publication: z.int().min(0) });
/** What a schedule delivers: the occurrence is told from the time. */
export const ScheduleBody = z.object({ scheduled: z.literal(true) });

/** Deliveries that got no good answer are repeated so often: as many as every plan allows. Then it is given up, and we publish again. */
const deliveryRetries = 3;
/** Waiting for a turn in the process, and writing down how it ended. */
const marginS = 40;
const mostAtOnce = 50;

export const pathOf = (name: string) => `/jobs/${name}`;
export const failurePath = '/jobs/failed';

/**
 * How messages are asked for. All names that we leave at the service begin with a prefix of this deployment, so that several
 * may share an account.
 */
export function qstashRequests(publicUrl: string) {
  const base = publicUrl.replace(/\/+$/, '');
  const prefix = `whetstone-${createHash('sha256').update(base).digest('hex').slice(0, 10)}`;

  /** A first pause that is zero would use up all retries in a blink. */
  const common = ({ name, concurrency = 1, expireInMs, retries: { delayS, backoff } }: JobDefinition) => {
    const firstMs = Math.max(1_000, Math.round(delayS * 1_000));
    return {
      headers: { 'content-type': 'application/json' },
      retries: deliveryRetries,
      retryDelay: backoff === 'exponential' ? `${firstMs} * pow(2, retried)` : `${firstMs}`,
      timeout: Math.ceil(expireInMs / 1_000) + marginS,
      flowControl: { key: `${prefix}.${name}`, parallelism: Math.min(concurrency, mostAtOnce) },
      label: prefix,
    };
  };

  return {
    urlOf: (path: string) => base + path,

    publish(job: JobDefinition, { id, publications, startAfter, isLater }: Unpublished): PublishBatchRequest {
      return {
        ...common(job),
        url: base + pathOf(job.name),
        body: JSON.stringify({ id, publication: publications } satisfies z.infer<typeof MessageBody>),
        // The service keeps these for ten minutes: a second publication of ours must not be taken for the first.
        deduplicationId: publications === 0 ? id : `${id}.${publications}`,
        failureCallback: base + failurePath,
        // In whole seconds, and never too early.
        ...(isLater && { notBefore: Math.ceil(startAfter.getTime() / 1_000) }),
      };
    },

    schedule(job: JobDefinition, { cron, timeZone }: NonNullable<JobDefinition['schedule']>): CreateScheduleRequest {
      return {
        ...common(job),
        destination: base + pathOf(job.name),
        scheduleId: `${prefix}.${job.name}`,
        cron: `CRON_TZ=${timeZone} ${cron}`,
        body: JSON.stringify({ scheduled: true } satisfies z.infer<typeof ScheduleBody>),
      };
    },

    isOurs: (scheduleId: string) => scheduleId.startsWith(`${prefix}.`),
  };
}

export type QStashRequests = ReturnType<typeof qstashRequests>;
