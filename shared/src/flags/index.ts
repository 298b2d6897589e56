export { isFirstClass } from './attributes.ts';
export { bucketOf } from './bucketing.ts';
export { conditionComplaint } from './condition.ts';
export { evaluate } from './evaluate.ts';
export { murmur3 } from './murmur3.ts';
export { compileRuleset, maxPrerequisiteDepth, type CompiledRuleset } from './ruleset.ts';
export { expandShortFlag } from './short-form.ts';
export { unitOf } from './unit.ts';
