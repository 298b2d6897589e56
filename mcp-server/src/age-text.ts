const units = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1_000, name: 's' },
];

/** An age as people say it: `120 ms`, `3 min`; rounded down. */
export function ageText(ageMs: number) {
  const unit = units.find(({ ms }) => ageMs >= ms) ?? { ms: 1, name: 'ms' };
  return `${Math.floor(ageMs / unit.ms)} ${unit.name}`;
}
