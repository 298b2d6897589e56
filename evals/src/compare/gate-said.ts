import type { GateDecision, GateVerdict } from './gate.ts';
import type { Style } from './style.ts';

const headlines: Record<GateVerdict, string> = {
  pass: 'gate: passed',
  suspect: 'gate: suspect',
  fail: 'gate: failed',
  undecidable: 'gate: undecidable',
};

export const gateHeadline = (verdict: GateVerdict): string => headlines[verdict];

/** The decision and every rule that led to it. */
export function gateSaid({ verdict, rules }: GateDecision, style: Style): string {
  const paint = (of: GateVerdict) => (of === 'pass' ? style.good : of === 'fail' ? style.bad : style.doubtful);
  return [
    paint(verdict)(gateHeadline(verdict)),
    ...rules.map((rule) => paint(rule.verdict)(`  ${rule.verdict.padEnd(12)}${rule.said}`)),
  ].join('\n');
}
