import { ageText } from '../age-text.ts';

/** `table 5f3a, confirmed 3 min ago`: what models are recommended by while the cloud is away. */
export const tableText = ({ version, ageMs }: { version?: string; ageMs?: number }) =>
  version === undefined || ageMs === undefined
    ? undefined
    : `table ${version.slice(0, 12)}, confirmed ${ageText(ageMs)} ago`;
