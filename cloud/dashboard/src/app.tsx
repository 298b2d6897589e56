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

/** Links to anything else, such as the reference of the API, leave the dashboard. */
const ownPaths = /^\/(?:$|[?#]|flags(?:$|[/?#]))/;

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
                <Route path="/flags/:key" component={FlagPage} />
                <Route default component={NotFoundPage} />
              </Router>
            </Shell>
          </SessionProvider>
        </UnsavedGuard>
      </LocationProvider>
    </KeyboardProvider>
  </ThemeProvider>
);
