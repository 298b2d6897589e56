const units = [
  { bytes: 2 ** 30, name: 'GB' },
  { bytes: 2 ** 20, name: 'MB' },
];

/** A size as people say it: `0.7 kB`, `50 MB`. */
export function sizeText(bytes: number) {
  const unit = units.find((one) => bytes >= one.bytes) ?? { bytes: 2 ** 10, name: 'kB' };
  return `${Number((bytes / unit.bytes).toFixed(1))} ${unit.name}`;
}
