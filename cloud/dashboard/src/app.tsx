import { lazy, LocationProvider, Route, Router } from 'preact-iso';
import { FlagsPage } from './flags/flags-page.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { KeyboardProvider } from './shell/keyboard.tsx';
import { SessionProvider } from './shell/session.tsx';
import { Shell } from './shell/shell.tsx';
import { ThemeProvider } from './shell/theme.tsx';
import { UnsavedGuard } from './shell/unsaved.tsx';

// Loaded when it is opened: the list needs no editor and no charts.
const FlagPage = lazy(async () => (await import('./flag/flag-page.tsx')).FlagPage);
const NewFlagPage = lazy(async () => (await import('./flag/new-flag-page.tsx')).NewFlagPage);
const SegmentsPage = lazy(async () => (await import('./segments/segments-page.tsx')).SegmentsPage);
const LeaderboardPage = lazy(async () => (await import('./evals/leaderboard/leaderboard-page.tsx')).LeaderboardPage);
const RunsPage = lazy(async () => (await import('./evals/runs/runs-page.tsx')).RunsPage);
const RunPage = lazy(async () => (await import('./evals/run/run-page.tsx')).RunPage);
const SamplePage = lazy(async () => (await import('./evals/run/sample-page.tsx')).SamplePage);
const ComparePage = lazy(async () => (await import('./evals/compare/compare-page.tsx')).ComparePage);
const RegressionsPage = lazy(async () => (await import('./evals/regressions/regressions-page.tsx')).RegressionsPage);
const RegressionPage = lazy(async () => (await import('./evals/regressions/regression-page.tsx')).RegressionPage);
const EvalSettingsPage = lazy(async () => (await import('./evals/regressions/settings-page.tsx')).EvalSettingsPage);
const SchedulesPage = lazy(async () => (await import('./evals/schedules/schedules-page.tsx')).SchedulesPage);
const SchedulePage = lazy(async () => (await import('./evals/schedules/schedule-page.tsx')).SchedulePage);
const BisectsPage = lazy(async () => (await import('./evals/bisects/bisects-page.tsx')).BisectsPage);
const NewBisectPage = lazy(async () => (await import('./evals/bisects/new-bisect-page.tsx')).NewBisectPage);
const BisectPage = lazy(async () => (await import('./evals/bisects/bisect-page.tsx')).BisectPage);
const CellsPage = lazy(async () => (await import('./models/cells/cells-page.tsx')).CellsPage);
const ModelPage = lazy(async () => (await import('./models/model/model-page.tsx')).ModelPage);
const PlaygroundPage = lazy(async () => (await import('./models/playground/playground-page.tsx')).PlaygroundPage);
const RescuesPage = lazy(async () => (await import('./models/rescues/rescues-page.tsx')).RescuesPage);
const CostPage = lazy(async () => (await import('./models/cost/cost-page.tsx')).CostPage);
const SavingsPage = lazy(async () => (await import('./models/savings/savings-page.tsx')).SavingsPage);
const ModelSettingsPage = lazy(async () => (await import('./models/settings/settings-page.tsx')).ModelSettingsPage);
const LibrariesTab = lazy(async () => (await import('./docs/libraries/libraries-tab.tsx')).LibrariesTab);
const SearchPage = lazy(async () => (await import('./docs/search/search-page.tsx')).SearchPage);
const VersionsPage = lazy(async () => (await import('./docs/version/versions-page.tsx')).VersionsPage);
const VersionPage = lazy(async () => (await import('./docs/version/version-page.tsx')).VersionPage);
const DocPage = lazy(async () => (await import('./docs/page/doc-page.tsx')).DocPage);
const IngestsTab = lazy(async () => (await import('./docs/ingests/ingests-tab.tsx')).IngestsTab);
const SourcesTab = lazy(async () => (await import('./docs/sources/sources-tab.tsx')).SourcesTab);
const CitationsTab = lazy(async () => (await import('./docs/citations/citations-tab.tsx')).CitationsTab);
const QueuePage = lazy(async () => (await import('./feedback/queue/queue-page.tsx')).QueuePage);
const CorrectionPage = lazy(async () => (await import('./feedback/review/correction-page.tsx')).CorrectionPage);
const PatternsPage = lazy(async () => (await import('./feedback/patterns/patterns-page.tsx')).PatternsPage);
const PatternPage = lazy(async () => (await import('./feedback/patterns/pattern-page.tsx')).PatternPage);
const ExamplesPage = lazy(async () => (await import('./feedback/examples/examples-page.tsx')).ExamplesPage);
const GuidancePage = lazy(async () => (await import('./feedback/guidance/guidance-page.tsx')).GuidancePage);
const GuidanceEditor = lazy(async () => (await import('./feedback/guidance/editor-page.tsx')).EditorPage);
const GuidanceVersionPage = lazy(async () => (await import('./feedback/guidance/version-page.tsx')).VersionPage);
const SegmentPage = lazy(async () => (await import('./segments/segment-page.tsx')).SegmentPage);

/** Links to anything else, such as the reference of the API, leave the dashboard. */
const ownPaths =
  /^\/(?:$|[?#]|(?:flags|segments|leaderboard|runs|regressions|schedules|bisects|models|feedback|knowledge)(?:$|[/?#]))/;

export const App = () => (
  <ThemeProvider>
    <KeyboardProvider>
      <LocationProvider scope={ownPaths}>
        <UnsavedGuard>
          <SessionProvider>
            <Shell>
              <Router>
                <Route path="/" component={FlagsPage} />
                <Route path="/flags" component={FlagsPage} />
                <Route path="/flags/new" component={NewFlagPage} />
                <Route path="/flags/:key/:tab?" component={FlagPage} />
                <Route path="/segments" component={SegmentsPage} />
                <Route path="/segments/:key" component={SegmentPage} />
                <Route path="/leaderboard" component={LeaderboardPage} />
                <Route path="/runs" component={RunsPage} />
                <Route path="/runs/compare" component={ComparePage} />
                <Route path="/runs/:runId" component={RunPage} />
                <Route path="/runs/:runId/sample" component={SamplePage} />
                <Route path="/regressions" component={RegressionsPage} />
                <Route path="/regressions/settings" component={EvalSettingsPage} />
                <Route path="/regressions/:id" component={RegressionPage} />
                <Route path="/schedules" component={SchedulesPage} />
                <Route path="/schedules/:id" component={SchedulePage} />
                <Route path="/bisects" component={BisectsPage} />
                <Route path="/bisects/new" component={NewBisectPage} />
                <Route path="/bisects/:id" component={BisectPage} />
                <Route path="/models" component={CellsPage} />
                <Route path="/models/model" component={ModelPage} />
                <Route path="/models/playground" component={PlaygroundPage} />
                <Route path="/models/rescues" component={RescuesPage} />
                <Route path="/models/cost" component={CostPage} />
                <Route path="/models/savings" component={SavingsPage} />
                <Route path="/models/settings" component={ModelSettingsPage} />
                <Route path="/feedback" component={QueuePage} />
                <Route path="/feedback/patterns" component={PatternsPage} />
                <Route path="/feedback/patterns/:id" component={PatternPage} />
                <Route path="/feedback/examples" component={ExamplesPage} />
                <Route path="/feedback/guidance" component={GuidancePage} />
                <Route path="/feedback/guidance/new" component={GuidanceEditor} />
                <Route path="/feedback/guidance/:version" component={GuidanceVersionPage} />
                <Route path="/feedback/:id" component={CorrectionPage} />
                <Route path="/knowledge" component={LibrariesTab} />
                <Route path="/knowledge/search" component={SearchPage} />
                <Route path="/knowledge/libraries/:library" component={VersionsPage} />
                <Route path="/knowledge/libraries/:library/:version" component={VersionPage} />
                <Route path="/knowledge/libraries/:library/:version/page" component={DocPage} />
                <Route path="/knowledge/ingests" component={IngestsTab} />
                <Route path="/knowledge/sources" component={SourcesTab} />
                <Route path="/knowledge/citations" component={CitationsTab} />
                <Route default component={NotFoundPage} />
              </Router>
            </Shell>
          </SessionProvider>
        </UnsavedGuard>
      </LocationProvider>
    </KeyboardProvider>
  </ThemeProvider>
);
