import type { FlagDefinition } from '../contract/flag-document.ts';
import type { Remark } from './finding.ts';

/** What the values of the variants are, against the declared type and against each other. */
export function valueRemarks({ variants, type }: FlagDefinition): Remark[] {
  if (type === 'json') return [];
  const typed = Object.entries(variants).map(([name, value]) => ({ name, type: typeName(value) }));
  if (type !== undefined) {
    return typed
      .filter((one) => one.type !== type)
      .map(({ name, type: found }) => ({
        rule: 'value-type',
        severity: 'error',
        path: ['variants', name],
        message: `is ${found}, and the flag declares ${type}`,
        fix: `Make it a ${type}, or declare the type json.`,
      }));
  }
  const types = [...new Set(typed.map((one) => one.type))];
  if (types.length > 1) {
    const message = `values are of ${types.length} types: ${typed.map((one) => `${one.name} ${one.type}`).join(', ')}`;
    const fix = 'Give all variants one type, or declare the type json when this is meant: callers ask by type.';
    return [{ rule: 'mixed-types', severity: 'warning', path: ['variants'], message, fix }];
  }
  const [one = 'object'] = types;
  const declared = ['boolean', 'string', 'number'].includes(one) ? one : 'json';
  const fix = `Add "type": "${declared}": a variant of another type is then refused.`;
  return [{ rule: 'missing-type', severity: 'warning', path: [], message: 'declares no type', fix }];
}

function typeName(value: unknown) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
