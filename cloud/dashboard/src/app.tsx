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
const SegmentPage = lazy(async () => (await import('./segments/segment-page.tsx')).SegmentPage);

/** Links to anything else, such as the reference of the API, leave the dashboard. */
const ownPaths = /^\/(?:$|[?#]|(?:flags|segments|leaderboard|runs|regressions|schedules|bisects)(?:$|[/?#]))/;

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
                <Route default component={NotFoundPage} />
              </Router>
            </Shell>
          </SessionProvider>
        </UnsavedGuard>
      </LocationProvider>
    </KeyboardProvider>
  </ThemeProvider>
);
