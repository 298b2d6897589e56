export { toFlagd, type Exported } from './export.ts';
export { fromFlagd, type Imported } from './import.ts';
export type { Refusal } from './unsayable.ts';
