import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** 256 random bits in the form that the libraries of Standard Webhooks take. */
export const newSecret = () => `${prefix}${randomBytes(32).toString('base64')}`;

interface Message {
  /** The same for every attempt. */
  id: string;
  body: string;
  secret: string;
  /** Of this attempt: receivers refuse what is older than some minutes. */
  at: Date;
}

/** The headers by which a receiver knows that a message is ours, whole and fresh: https://www.standardwebhooks.com */
export function signatureHeaders({ id, body, secret, at }: Message): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
