import { z } from 'zod';
import { answerTo, type Taken } from './qstash-answers.ts';
import { failurePath, MessageBody, pathOf, ScheduleBody, type QStashRequests } from './qstash-requests.ts';
import type { Delivery, DeliveryAnswer } from './queue.ts';

interface Dependencies {
  requests: QStashRequests;
  isSigned: (signature: unknown, body: Buffer, url: string) => Promise<boolean>;
  knows: (name: string) => boolean;
  /** Runs the message of the job; not more at once than the process may. */
  run: (name: string, id: string) => Promise<Taken>;
  runScheduled: (name: string) => Promise<Taken>;
  /** The service has given a publication up. */
  givenUp: (id: string, publication: number, dlqId: string | undefined) => Promise<void>;
  onError: (error: unknown) => void;
}

/** The service tells what it gave up with the body that it could not deliver. */
const FailureBody = z.object({ sourceBody: z.base64().max(8_192), dlqId: z.string().max(512).optional() });
const Body = z.union([MessageBody, ScheduleBody]);

/** What comes in on `/jobs/*`: who sent it is checked before anything else, on the bytes as they came. */
export function qstashDeliveries(dependencies: Dependencies) {
  const { requests, isSigned, knows, run, runScheduled, givenUp, onError } = dependencies;

  async function taken({ path, body = Buffer.alloc(0), headers }: Delivery): Promise<Taken> {
    if (!(await isSigned(headers['upstash-signature'], body, requests.urlOf(path)))) return { kind: 'stranger' };
    const message = parsed(body);
    if (path === failurePath) return takeFailure(message);
    const name = path.slice(pathOf('').length);
    if (!knows(name)) return { kind: 'never', code: 'not_found', sentence: `this server knows no job "${name}"` };
    const asked = Body.safeParse(message);
    if (!asked.success) return { kind: 'never', code: 'invalid', sentence: z.prettifyError(asked.error) };
    return 'id' in asked.data ? run(name, asked.data.id) : runScheduled(name);
  }

  async function takeFailure(message: unknown): Promise<Taken> {
    const failure = FailureBody.safeParse(message);
    const source = failure.success && MessageBody.safeParse(parsed(Buffer.from(failure.data.sourceBody, 'base64')));
    if (!source || !source.success)
      return { kind: 'never', code: 'invalid', sentence: 'no failure of a message of ours' };
    await givenUp(source.data.id, source.data.publication, failure.data.dlqId);
    return { kind: 'done', sentence: 'noted' };
  }

  return async (delivery: Delivery): Promise<DeliveryAnswer> => {
    try {
      return answerTo(await taken(delivery));
    } catch (error) {
      onError(error);
      return answerTo({ kind: 'later', sentence: 'the server cannot take it now', waitS: 5 });
    }
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
