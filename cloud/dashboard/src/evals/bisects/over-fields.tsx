import { AreaField, Complaints, NumberField, SelectField, TextField } from '../../flag/form/fields.tsx';
import { useComplaints } from '../../flag/form/form-context.tsx';
import { Action } from '../../flag/form/section.tsx';
import { replaced, withMember, without } from '../../flag/model/json.ts';
import { useProject } from '../../live/project.tsx';
import type { Over } from './over.ts';

interface Props<Kind extends Over['kind']> {
  over: Extract<Over, { kind: Kind }>;
  onChange: (over: Over) => void;
}

export function OverFields({ over, onChange }: Props<Over['kind']>) {
  switch (over.kind) {
    case 'commits':
      return <CommitFields over={over} onChange={onChange} />;
    case 'promptVersions':
      return <PromptFields over={over} onChange={onChange} />;
    case 'flagVersions':
      return <FlagFields over={over} onChange={onChange} />;
  }
}

const CommitFields = ({ over, onChange }: Props<'commits'>) => (
  <div class="flex flex-wrap gap-3">
    <TextField
      label="Repository, below WHETSTONE_REPOS_DIRS of the server"
      path="over.repo"
      class="w-80 max-w-full"
      mono
      value={over.repo}
      onInput={(repo) => onChange({ ...over, repo })}
    />
    <TextField
      label="Good commit"
      path="over.good"
      class="w-56"
      mono
      value={over.good}
      onInput={(good) => onChange({ ...over, good })}
    />
    <TextField
      label="Bad commit"
      path="over.bad"
      class="w-56"
      mono
      value={over.bad}
      onInput={(bad) => onChange({ ...over, bad })}
    />
  </div>
);

function PromptFields({ over, onChange }: Props<'promptVersions'>) {
  const { versions } = over;
  const complaints = useComplaints('over.versions');
  const setVersions = (next: typeof versions) => onChange({ ...over, versions: next });
  return (
    <>
      {versions.map((each, i) => (
        <div key={i} role="group" aria-label={`Version ${i + 1}`} class="flex flex-wrap items-start gap-3 py-1">
          <TextField
            label={
              i === 0 ? 'Version 1, good' : i === versions.length - 1 ? `Version ${i + 1}, bad` : `Version ${i + 1}`
            }
            path={`over.versions.${i}.version`}
            class="w-40"
            mono
            value={each.version}
            onInput={(version) => setVersions(replaced(versions, i, { ...each, version }))}
          />
          <AreaField
            label="Its text, put before every prompt"
            path={`over.versions.${i}.guidance`}
            class="min-w-56 flex-1"
            value={each.guidance}
            onInput={(guidance) => setVersions(replaced(versions, i, withMember(each, 'guidance', guidance)))}
          />
          <Action
            label={`Remove version ${i + 1}`}
            class="mt-5"
            disabled={versions.length <= 2}
            onClick={() => setVersions(without(versions, i))}
          >
            ×
          </Action>
        </div>
      ))}
      <Complaints of={complaints} />
      <Action label="Add a version" onClick={() => setVersions([...versions, { version: '' }])} />
    </>
  );
}

function FlagFields({ over, onChange }: Props<'flagVersions'>) {
  const { flags: held } = useProject();
  const flags = held.state === 'ready' ? [...held.flags.values()] : [];
  const flag = flags.find(({ key }) => key === over.flag);
  const complaints = useComplaints('over');
  return (
    <>
      <div class="flex flex-wrap gap-3">
        <SelectField
          label="Flag"
          path="over.flag"
          class="w-72 max-w-full"
          mono
          value={over.flag}
          options={flags.map(({ key }): [string, string] => [key, key])}
          onChange={(key) => {
            const chosen = flags.find((each) => each.key === key);
            const [variant = ''] = Object.keys(chosen?.variants ?? {});
            onChange({ ...over, flag: key, variant, good: 1, bad: Math.max(2, chosen?.version ?? 2) });
          }}
        />
        <SelectField
          label="Variant"
          path="over.variant"
          class="w-48"
          mono
          value={over.variant}
          options={Object.keys(flag?.variants ?? {}).map((name): [string, string] => [name, name])}
          onChange={(variant) => onChange({ ...over, variant })}
        />
        <NumberField
          label="Good version"
          path="over.good"
          value={over.good}
          onInput={(good) => onChange({ ...over, good: good ?? 0 })}
        />
        <NumberField
          label="Bad version"
          path="over.bad"
          value={over.bad}
          onInput={(bad) => onChange({ ...over, bad: bad ?? 0 })}
        />
      </div>
      <Complaints of={complaints} />
    </>
  );
}
