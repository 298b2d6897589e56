interface Props {
  interval: readonly [number, number];
  /** A second interval around it, drawn thin. */
  wider?: readonly [number, number] | undefined;
  at: number;
  /** What the width of the bar stands for. */
  extent: readonly [number, number];
  /** Whether "no difference" is marked. */
  hasZero?: boolean;
}

/** An estimate between its bounds; the figures stand beside it as text. */
export function IntervalBar({ interval: [low, high], wider, at, extent: [from, to], hasZero }: Props) {
  const x = (value: number) => `${((value - from) / (to - from)) * 100}%`;
  return (
    <svg width="100%" height="16" aria-hidden="true" class="block min-w-16 overflow-visible">
      <line x1="0" x2="100%" y1="8" y2="8" stroke="var(--line)" />
      {hasZero && <line x1={x(0)} x2={x(0)} y1="0" y2="16" stroke="var(--line-strong)" stroke-dasharray="2 2" />}
      {wider && <line x1={x(wider[0])} x2={x(wider[1])} y1="8" y2="8" stroke="var(--accent)" stroke-width="1" />}
      {(wider ?? [low, high]).map((bound) => (
        <line key={bound} x1={x(bound)} x2={x(bound)} y1="4" y2="12" stroke="var(--accent)" />
      ))}
      <line x1={x(low)} x2={x(high)} y1="8" y2="8" stroke="var(--accent)" stroke-width={wider ? 5 : 2} />
      <circle cx={x(at)} cy="8" r="3" fill={wider ? 'var(--canvas)' : 'var(--accent)'} stroke="var(--accent)" />
    </svg>
  );
}
