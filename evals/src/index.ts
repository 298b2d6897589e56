export type { Dataset, FunctionProblem, Language, Problem, RepoProblem, SweBenchProblem } from './problem.ts';
export type { SampleResult, Status } from './run/result.ts';
export type { GradeJob, Sandbox, SandboxOptions, SandboxTier, Verdict } from './sandbox/sandbox.ts';
export type { Answer, Attempt, Solver, SubjectManifest } from './solvers/solver.ts';
