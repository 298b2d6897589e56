import type { Flag, Serve } from '@whetstone/shared/contract';
import { inForce } from './in-force.ts';

/** What a flag serves at a time, in as few words as a row has room for: "25 % on", "2 rules, else off". */
export function servesText(flag: Flag, nowMs: number): string {
  const { enabled, rules, fallthrough } = inForce(flag, nowMs);
  if (!enabled) return flag.offVariant;
  const rest = serveText(fallthrough, flag.offVariant);
  if (rules.length === 0) return rest;
  return `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}, else ${rest}`;
}

/** A serve that decides: one variant, or the shares of a split as they really come out. */
function serveText(serve: Serve, offVariant: string): string {
  if ('variant' in serve) return serve.variant;
  const total = serve.split.reduce((sum, { weight }) => sum + weight, 0);
  const coverage = serve.coverage ?? 100;
  const shares = new Map<string, number>();
  for (const { variant, weight } of serve.split)
    shares.set(variant, (shares.get(variant) ?? 0) + (weight / total) * coverage);
  const otherwise = serve.otherwise ?? offVariant;
  if (coverage < 100) shares.set(otherwise, (shares.get(otherwise) ?? 0) + 100 - coverage);
  const served = [...shares].filter(([, share]) => share > 0);
  const [only] = served;
  if (served.length === 1 && only) return only[0];
  // Of two, the off variant goes without saying.
  const told = served.length === 2 ? served.filter(([variant]) => variant !== offVariant) : served;
  const texts = told.slice(0, 3).map(([variant, share]) => `${percent(share)} ${variant}`);
  return [...texts, ...(told.length > 3 ? [`${told.length - 3} more`] : [])].join(', ');
}

/** Two significant digits below one per cent, one decimal above. */
const percent = (share: number) => `${share < 1 ? Number(share.toPrecision(2)) : Math.round(share * 10) / 10} %`;
