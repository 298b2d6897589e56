/** OpenAI takes 2,048 inputs and 300,000 tokens a request; answers of that size would be 50 MB. */
const most = { texts: 128, bytes: 200_000 };

/** In their order. A text counts for no more than is sent of it. */
export function batchesOf(texts: readonly string[], mostBytesOfText: number): string[][] {
  const batches: string[][] = [];
  let bytes = Infinity;
  for (const text of texts) {
    const size = Math.min(Buffer.byteLength(text), mostBytesOfText);
    if (bytes + size > most.bytes || batches.at(-1)!.length >= most.texts) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(text);
    bytes += size;
  }
  return batches;
}
