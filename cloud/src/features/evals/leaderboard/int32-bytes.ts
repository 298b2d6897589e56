/** Whole numbers as the database keeps lists of them: four bytes each, the lowest first. */
export function bytesOf(values: Int32Array): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeInt32LE(values[i]!, i * 4);
  return bytes;
}

export function int32sOf(bytes: Buffer): Int32Array {
  const values = new Int32Array(bytes.length >> 2);
  for (let i = 0; i < values.length; i++) values[i] = bytes.readInt32LE(i * 4);
  return values;
}

/** Term by term, the shorter one continued by zeros. */
export function plus(a: Int32Array, b: Int32Array): Int32Array {
  const sum = new Int32Array(Math.max(a.length, b.length));
  sum.set(a);
  for (let i = 0; i < b.length; i++) sum[i]! += b[i]!;
  return sum;
}

export function minus(a: Int32Array, b: Int32Array): Int32Array {
  const rest = new Int32Array(Math.max(a.length, b.length));
  rest.set(a);
  for (let i = 0; i < b.length; i++) rest[i]! -= b[i]!;
  return rest;
}
