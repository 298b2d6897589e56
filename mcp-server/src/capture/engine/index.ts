export { apply } from './apply.ts';
export { close, type Closing } from './close.ts';
export { report, type ReportHunk } from './report.ts';
export { emptyState, trackedPaths, type EngineState, type Entry } from './state.ts';
