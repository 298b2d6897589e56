// What tools do beyond asking: in a file of its own, that is loaded when one of them is first called.
export { evalRun } from './eval-run.ts';
export { leaderboard } from './leaderboard.ts';
export { recommendation } from './recommendation.ts';
export { startRun } from './start-run.ts';
export { status } from './status.ts';
export { told } from './told.ts';
