import { WhetstoneError } from '@whetstone/shared/errors';

/** The harness names files by their whole path, which is the server's own business: callers are told the name they gave. */
export async function withoutPath<T>(work: Promise<T>, path: string, name: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof WhetstoneError) || !error.message.includes(path)) throw error;
    const { code, errors, cause } = error;
    throw new WhetstoneError(code, error.message.replaceAll(path, name), { ...(errors && { errors }), cause });
  }
}
