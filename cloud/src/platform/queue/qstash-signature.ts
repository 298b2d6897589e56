import { Receiver } from '@upstash/qstash';
import { z } from 'zod';

export interface SigningKeys {
  currentSigningKey: string;
  nextSigningKey: string;
}

/** Clocks of two machines differ by this much and no more. */
const clockToleranceS = 5;
const longestSignature = 4_096;

/** What the Receiver checks if it is there must be there. */
const Claims = z.object({ exp: z.number(), nbf: z.number(), jti: z.string().min(1) });

/** Whether a body came from the holder of the keys, for this very address, and just now. Tries the current key, then the next. */
export function signatureCheck(keys: SigningKeys) {
  const receiver = new Receiver({ ...keys, devMode: false });
  return async (signature: unknown, body: Buffer, url: string): Promise<boolean> => {
    if (typeof signature !== 'string' || signature.length > longestSignature) return false;
    try {
      // Bytes that are no UTF-8 would be read as others, whose hash is another: they are refused.
      await receiver.verify({ signature, body: body.toString('utf8'), url, clockTolerance: clockToleranceS });
    } catch {
      return false;
    }
    const payload: unknown = JSON.parse(Buffer.from(signature.split('.')[1]!, 'base64url').toString('utf8'));
    return Claims.safeParse(payload).success;
  };
}
