export { lintRules, type Finding, type LintRule, type Severity } from './finding.ts';
export { lintFlags, type LintInput } from './lint-flags.ts';
