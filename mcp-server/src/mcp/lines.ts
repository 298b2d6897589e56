export type Line = { kind: 'line'; text: string } | { kind: 'too long'; head: string; tail: string };

/** How much of both ends of a line that is too long is kept, to tell whose it was. */
const endBytes = 512;

/** Cuts a stream of bytes into lines. What is beyond the limit is let go as it comes. */
export function lineCutter(limitBytes: number) {
  let parts: Buffer[] = [];
  let bytes = 0;

  function keep(part: Buffer) {
    bytes += part.length;
    parts.push(part);
    if (bytes <= limitBytes) return;
    const whole = Buffer.concat(parts);
    // Copies: a part of a buffer would hold on to all of it.
    parts = [Buffer.from(whole.subarray(0, endBytes)), Buffer.from(whole.subarray(-endBytes))];
  }

  function take(): Line {
    const isTooLong = bytes > limitBytes;
    const [head, tail] = [parts[0], parts.at(-1)];
    const text = isTooLong ? '' : Buffer.concat(parts).toString();
    parts = [];
    bytes = 0;
    return isTooLong ? { kind: 'too long', head: String(head), tail: String(tail) } : { kind: 'line', text };
  }

  return function* linesOf(chunk: Buffer): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
  };
}
