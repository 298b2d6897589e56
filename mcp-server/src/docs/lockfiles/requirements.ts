import { pythonName } from './python-lock.ts';

export interface Requirements {
  /** What stands behind `==`, by name. */
  pins: ReadonlyMap<string, string>;
  /** Other demands, as ranges that npm would write. */
  ranges: ReadonlyMap<string, string>;
  /** Further files, as seen from this one. */
  includes: readonly string[];
}

/** requirements.txt, as `pip` reads it. */
export function versionsInRequirements(text: string): Requirements {
  const pins = new Map<string, string>();
  const ranges = new Map<string, string>();
  const includes: string[] = [];
  for (const line of text.replaceAll(/\\\n/g, ' ').split('\n')) {
    const plain = line.replace(/(^|\s)#.*$/, '').trim();
    const included = /^(?:-r|-c|--requirement|--constraint)[\s=]+(.+)$/.exec(plain)?.[1];
    if (included !== undefined) includes.push(included.trim());
    const demand = demandIn(plain);
    if (!demand) continue;
    const { name, pin, range } = demand;
    if (pin !== undefined) pins.set(name, pin);
    else if (range !== undefined) ranges.set(name, range);
  }
  return { pins, ranges, includes };
}

export interface Demand {
  name: string;
  pin?: string | undefined;
  range?: string | undefined;
}

/** `Name[extra] == 1.2.3 ; python_version < "3.13" --hash=…` (PEP 508). */
export function demandIn(text: string): Demand | undefined {
  const [, name, clauses] = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)/.exec(text) ?? [];
  if (name === undefined || clauses === undefined) return undefined;
  const said = clauses.replace(/\s--.*$/, '').trim();
  const pin = /^={2,3}\s*(\d[^\s,*]*)$/.exec(said)?.[1];
  return { name: pythonName(name), pin, range: pin === undefined ? npmRange(said) : undefined };
}

/** `>=1.4,<2` and the like as npm writes it; nothing where nothing is asked for. */
export function npmRange(clauses: string): string | undefined {
  const parts = clauses.split(',').map((clause) => clause.replaceAll(/\s/g, ''));
  const ranges = parts.flatMap((clause) => {
    const [, operator = '', version] = /^(~=|[=<>]=?|\^|~)?=?v?(\d[\w.*+]*)$/.exec(clause) ?? [];
    if (version === undefined) return [];
    const plain = version.replace(/\.?\*$/, '');
    if (operator === '~=') return [`>=${plain}`, `<${above(plain)}`];
    return [operator === '=' || operator === '==' || operator === '' ? `${plain}.x` : operator + plain];
  });
  return ranges.length === 0 ? undefined : ranges.join(' ');
}

/** `~=1.4.2` goes up to 1.5, `~=1.4` up to 2. */
function above(version: string) {
  const parts = version.split('.').slice(0, -1).map(Number);
  return parts.length === 0 ? String(Number(version) + 1) : [...parts.slice(0, -1), parts.at(-1)! + 1].join('.');
}
