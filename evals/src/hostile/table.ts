import { isHeld, type HostileOutcome } from './run-hostile.ts';

/** A row per program, for terminals: what it tried, what came of it. */
export function hostileTable(outcomes: readonly HostileOutcome[]): string {
  const rows = outcomes.map((one) => [
    isHeld(one) ? 'held' : 'BROKEN',
    one.language,
    one.name,
    one.status,
    [
      ...(one.falsePass ? ['false pass'] : []),
      ...(one.harmedNext ? ['harmed the next sample'] : []),
      ...one.effects,
    ].join(', '),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function hostileTotals(outcomes: readonly HostileOutcome[]): string {
  const count = (of: (one: HostileOutcome) => boolean) => outcomes.filter(of).length;
  return (
    `${outcomes.length} hostile programs: ${count(({ falsePass }) => falsePass)} false passes, ` +
    `${count(({ harmedNext }) => harmedNext)} harmed the next sample, ` +
    `${count(({ effects }) => effects.length > 0)} had an effect outside`
  );
}
