export * from './amounts.ts';
export * from './attempts.ts';
export * from './counts.ts';
export * from './likeness.ts';
export * from './table.ts';
export * from './pack.ts';
export * from './recommender.ts';
