export { lintRules, type Finding, type LintRule } from './finding.ts';
export { lintFlags, type LintInput } from './lint-flags.ts';
