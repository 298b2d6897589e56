import type { contract, Output } from '@whetstone/shared/contract';
import { useEffect, useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { Fact, Facts, Part } from '../../evals/facts.tsx';
import { StaleNote } from '../../evals/stale-note.tsx';
import { usePolled } from '../../evals/use-polled.ts';
import { Word } from '../../evals/word.tsx';
import { count } from '../../flag/model/sentences.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { SkeletonLines } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { FeedbackPage } from '../feedback-page.tsx';
import { NotThere } from '../not-there.tsx';
import { guidancePath, newGuidancePath } from '../paths.ts';
import { guidanceLooks } from '../words.ts';
import { Exposure } from './exposure.tsx';
import { GateView } from './gate-view.tsx';
import { ReleaseDialog } from './release-dialog.tsx';
import { RetireDialog } from './retire-dialog.tsx';
import { RuleList } from './rule-list.tsx';

type Whole = Output<(typeof contract)['getGuidanceVersion']>;

const up = { href: '/feedback/guidance', label: 'Guidance' };

/** One version: its rules and what they rest on, its gates, who gets it, and the way to its release. */
export function VersionPage() {
  const { version = '' } = useRoute().params;
  const { api } = useProject();
  const { route } = useLocation();
  const nowMs = useNow();
  const role = useRefusal('editor');
  const [asking, setAsking] = useState<'release' | 'retire' | undefined>();
  const { query, reload } = useQuery((signal) => api.getGuidanceVersion({ version }, { signal }), [api, version]);
  const guidance = query.state === 'ready' ? query.data : undefined;
  usePolled(guidance?.status === 'testing', reload, 3_000);
  useNamedRule(guidance);
  const noRelease = role ?? noReleaseOf(guidance);
  const noRetiring = role ?? (guidance?.status === 'retired' ? 'It is retired already' : undefined);
  const release = () => guidance && noRelease === undefined && setAsking('release');
  const edit = () => guidance && role === undefined && route(newGuidancePath({ parent: version }));
  useShortcuts([
    { keys: 'e', does: 'Make a new version from it', run: () => void edit() },
    { keys: 'R', does: 'Release it', run: () => void release() },
  ]);
  const done = () => {
    setAsking(undefined);
    reload();
  };
  return (
    <FeedbackPage
      title={guidance?.title ? `${version} ${guidance.title}` : version}
      up={up}
      actions={
        guidance && (
          <>
            <Button
              kind="danger"
              disabled={noRetiring !== undefined}
              title={noRetiring}
              onClick={() => setAsking('retire')}
            >
              Retire…
            </Button>
            <Button disabled={role !== undefined} title={role ?? 'e'} onClick={() => void edit()}>
              New version
            </Button>
            <Button
              kind="primary"
              disabled={noRelease !== undefined}
              title={noRelease ?? 'R'}
              onClick={() => void release()}
            >
              Release…
            </Button>
          </>
        )
      }
    >
      {query.state === 'failed' && (
        <NotThere
          what="The version could not be loaded"
          error={query.error}
          onRetry={reload}
          up={{ href: up.href, label: 'To all guidance' }}
        />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[40, 60, 66, 58]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {guidance && <Body of={guidance} nowMs={nowMs} />}
      {guidance && asking === 'release' && (
        <ReleaseDialog of={guidance} onStarted={done} onClose={() => setAsking(undefined)} />
      )}
      {guidance && asking === 'retire' && (
        <RetireDialog of={guidance} onRetired={done} onClose={() => setAsking(undefined)} />
      )}
    </FeedbackPage>
  );
}

const noReleaseOf = (of: Whole | undefined) =>
  of?.status === 'testing'
    ? 'Its gate is running'
    : of?.status === 'released'
      ? 'It is served already'
      : of?.status === 'retired'
        ? 'It is retired: make a new version from it'
        : undefined;

/** A link may name a rule, which is there only once the version was read. */
function useNamedRule(guidance: Whole | undefined) {
  const isThere = guidance !== undefined;
  useEffect(() => {
    if (isThere && location.hash !== '')
      document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: 'center' });
  }, [isThere]);
}

const Body = ({ of, nowMs }: { of: Whole; nowMs: number }) => (
  <>
    <Facts>
      <Fact name="Status">
        <Word look={guidanceLooks[of.status]} />
      </Fact>
      <Fact name="Served by">
        {of.flag === null ? <span class="text-muted">no flag: nobody gets it</span> : <Exposure flag={of.flag} />}
      </Fact>
      <Fact name="Cost">
        {count(of.tokens, 'token')} in every prompt, {count(of.rules.length, 'rule')}
      </Fact>
      <Fact name="Written">
        <Time at={of.createdAt} nowMs={nowMs} /> by {of.createdBy}
        {of.parent !== null && (
          <>
            , from{' '}
            <a href={guidancePath(of.parent)} class="font-mono text-accent underline">
              {of.parent}
            </a>
          </>
        )}
      </Fact>
    </Facts>
    <Part title="Rules">
      <RuleList rules={of.rules} nowMs={nowMs} />
    </Part>
    <Part title="Gates">
      {of.gates.length === 0 ? (
        <p class="text-muted">None has measured it yet: a release begins with one.</p>
      ) : (
        of.gates.map((gate) => <GateView key={gate.id} of={gate} nowMs={nowMs} />)
      )}
    </Part>
  </>
);
