export { toFlagd } from './export.ts';
export { fromFlagd } from './import.ts';
