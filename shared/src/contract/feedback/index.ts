export * from './capture.ts';
export { FailureCategory, Triage, Verdict } from './common.ts';
export * from './examples.ts';
export * from './guidance.ts';
export * from './patterns.ts';
export * from './review.ts';
