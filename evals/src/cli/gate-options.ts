import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { defaultLimits, type GateLimits } from '../compare/gate.ts';

/** As they were typed. */
export interface GateOptions {
  gate?: true;
  maxDrop?: string;
  alpha?: string;
  maxCostIncrease?: string;
  minPassRate?: string;
  maxErrorRate?: string;
  strict?: true;
}

/** A limit that nothing heeds would be a gate that only seems to be there. */
export function refuseWithoutGate(options: GateOptions) {
  if (options.gate) return;
  const given = (['maxDrop', 'maxCostIncrease', 'minPassRate', 'maxErrorRate', 'strict'] as const).filter(
    (name) => options[name] !== undefined,
  );
  const flags = given.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (flags.length > 0)
    throw new WhetstoneError('invalid', `${flags.join(', ')}: only --gate heeds that, and it was not given`);
}

export function limitsOf(options: GateOptions): GateLimits {
  const alpha = options.alpha === undefined ? defaultLimits.alpha : numberOf('--alpha', options.alpha, { max: 1 });
  if (alpha === 0 || alpha === 1) throw invalidField('--alpha', 'expected a number between 0 and 1');
  return {
    alpha,
    maxDropPoints:
      options.maxDrop === undefined
        ? defaultLimits.maxDropPoints
        : numberOf('--max-drop', options.maxDrop, { max: 100 }),
    maxErrorRate:
      options.maxErrorRate === undefined
        ? defaultLimits.maxErrorRate
        : rateOf('--max-error-rate', options.maxErrorRate),
    ...(options.maxCostIncrease !== undefined && {
      maxCostIncreasePercent: numberOf('--max-cost-increase', options.maxCostIncrease, {}),
    }),
    ...(options.minPassRate !== undefined && { minPassRate: rateOf('--min-pass-rate', options.minPassRate) }),
  };
}

function numberOf(flag: string, text: string, { max = Infinity }: { max?: number }): number {
  const value = /^(\d+\.?\d*|\.\d+)\s*%?$/.test(text) ? parseFloat(text) : NaN;
  if (value >= 0 && value <= max) return value;
  throw invalidField(
    flag,
    `expected a number from 0${max === Infinity ? ' on' : ` to ${max}`}, got ${JSON.stringify(text)}`,
  );
}

/** `.8` or `80%`. A bare 80 could be meant as either, and is refused. */
export function rateOf(flag: string, text: string): number {
  if (text.endsWith('%')) return numberOf(flag, text, { max: 100 }) / 100;
  if (/^(0?\.\d+|[01](\.0*)?)$/.test(text)) return Number(text);
  throw invalidField(flag, `expected a share such as .8, or 80%, got ${JSON.stringify(text)}`);
}

export function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidField(flag, `expected a whole number, got ${JSON.stringify(text)}`);
}
