export { compareRuns, compareWithSeveral, type CompareOptions, type Comparison } from './compare/compare-runs.ts';
export { decisiveTest, sharedClusters, type DecisiveTest, type PairedRates } from './compare/decisive-test.ts';
export type { ComparedRun } from './compare/pair-runs.ts';
export { verdictOf } from './compare/verdict.ts';
export { decideGate, defaultLimits, type GateDecision, type GateLimits } from './compare/gate.ts';
export type { Dataset, FunctionProblem, Language, Problem, RepoProblem, SweBenchProblem } from './problem.ts';
export type { RunEvent } from './run/events.ts';
export { differences, manifestHashOf, manifestIn, manifestOf, type RunManifest } from './run/manifest.ts';
export { noExecutor } from './run/no-executor.ts';
export { readRun, type RecordedRun } from './run/read-run.ts';
export { sampleKey, type SampleResult, type Status } from './run/result.ts';
export { runEval, type RunOptions } from './run/run.ts';
export { summarize, type RunSummary } from './run/summary.ts';
export type { GradeJob, Sandbox, SandboxOptions, SandboxTier, Verdict } from './sandbox/sandbox.ts';
export type { Answer, Attempt, Solver, SubjectManifest, Usage } from './solvers/solver.ts';
export { modelSolver, type ModelOptions } from './solvers/model/model-solver.ts';
export { catalogue, type CatalogueEntry } from './datasets/catalogue.ts';
export { loadDataset, type LoadOptions } from './datasets/load.ts';
export { pullDataset, type Pulled, type PullOptions } from './datasets/pull.ts';
export { programOf } from './graders/program.ts';
export { gradeFunction, type FunctionGrading } from './graders/grade-function.ts';
export { referenceSolver } from './solvers/reference.ts';
export {
  openSamples,
  publishedVerdicts,
  samplesOfRows,
  type PublishedVerdict,
  type SamplesOptions,
} from './solvers/samples.ts';
export { openSandbox, openUntried } from './sandbox/open.ts';
export { gradeRepo, type RepoVerdict } from './graders/grade-repo.ts';
export { commandSolver, type CommandSolverOptions } from './solvers/command.ts';
export { loadTasks } from './tasks/load-tasks.ts';
export { commitRange } from './bisect/commits/commit-range.ts';
export { historyOf, type History, type Observation } from './bisect/history.ts';
export {
  nextMove,
  searchRuns,
  type BisectAnswer,
  type BisectRules,
  type Choose,
  type Move,
} from './bisect/next-move.ts';
export { posteriorOf } from './bisect/posterior.ts';
export { sentenceOf } from './bisect/sentence.ts';
export { isRight, simulateBisects, type Simulation } from './bisect/simulate.ts';
export type { Budget, Reservation } from './run/budget.ts';
export { canonicalJson, sha256Of } from './run/canonical-json.ts';
export { doSamples, resultOf, spentOn, type SampleWork, type Undone } from './run/do-samples.ts';
export { generationOf, type Generation } from './run/generation.ts';
export { drawProblems, planOf, samplesPerProblemOf, type Sample } from './run/plan.ts';
export { refuseUngradable } from './run/refusals.ts';
export { graderOf, type Grade } from './graders/grade.ts';
export { createGate } from './solvers/model/gate.ts';
export { systemClock } from './solvers/model/clock.ts';
export { openAiUrl } from './solvers/model/openai-url.ts';
export { openScratch, type Scratch } from './tasks/scratch.ts';
export { chooseMethod, type MethodChoice, type MethodOptions, type MethodRow } from './replay/choose-method.ts';
export { git, gitText } from './tasks/git.ts';
export { readTask, writeTask, type Task } from './tasks/task-folder.ts';
export { openTrees } from './tasks/trees.ts';
