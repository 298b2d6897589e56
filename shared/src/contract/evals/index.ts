export * from './bisects.ts';
export * from './common.ts';
export * from './datasets.ts';
export * from './leaderboard.ts';
export * from './regressions.ts';
export * from './runs.ts';
export * from './schedules.ts';
export * from './submit.ts';
