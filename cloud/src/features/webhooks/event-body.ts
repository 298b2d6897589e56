/** As Standard Webhooks advises, a little over what receivers take without being asked. */
export const maxBodyBytes = 256 * 1024;
const maxMemberBytes = 4 * 1024;

interface Event {
  type: string;
  at: Date;
  data: Record<string, unknown>;
}

/**
 * What is posted and signed. A change that tells of itself must not fail over the size of what it tells: of data that is too
 * large the small members stay, ids among them, and `omitted` names the others, which the API has.
 */
export function eventBody({ type, at, data }: Event): string {
  const textOf = (content: unknown) => JSON.stringify({ type, timestamp: at.toISOString(), data: content });
  const whole = textOf(data);
  if (Buffer.byteLength(whole) <= maxBodyBytes) return whole;
  const isSmall = ([, value]: [string, unknown]) => Buffer.byteLength(JSON.stringify(value) ?? '') <= maxMemberBytes;
  const members = Object.entries(data);
  const omitted = members.filter((member) => !isSmall(member)).map(([name]) => name);
  const shortened = textOf({ ...Object.fromEntries(members.filter(isSmall)), omitted });
  return Buffer.byteLength(shortened) <= maxBodyBytes ? shortened : textOf({ omitted: true });
}
