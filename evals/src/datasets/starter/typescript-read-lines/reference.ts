export async function* readLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  // Pieces of a line that has not ended: joined once, so that a long line of small chunks stays linear.
  let pieces: string[] = [];
  let afterReturn = false;
  for await (const chunk of chunks) {
    if (chunk === '') continue;
    let from = afterReturn && chunk.startsWith('\n') ? 1 : 0;
    afterReturn = chunk.endsWith('\r');
    const ends = /\r\n|\n|\r/g;
    ends.lastIndex = from;
    for (let end = ends.exec(chunk); end; end = ends.exec(chunk)) {
      pieces.push(chunk.slice(from, end.index));
      from = ends.lastIndex;
      const line = pieces.join('');
      pieces = [];
      yield line;
    }
    if (from < chunk.length) pieces.push(chunk.slice(from));
  }
  if (pieces.length > 0) yield pieces.join('');
}
