import type { EvalSubject } from '@whetstone/shared/contract';
import { AreaField, NumberField, SelectField, TextField } from '../../flag/form/fields.tsx';
import { withMember } from '../../flag/model/json.ts';
import { subjectKinds, subjectOfKind } from './subject.ts';

interface Props {
  subject: EvalSubject;
  /** The dotted path of the subject in what is sent. */
  path: string;
  onChange: (subject: EvalSubject) => void;
  /** Kinds that make sense here; default all. */
  kinds?: readonly EvalSubject['kind'][];
}

/** Who is asked. Members that have no field here stay as they are. */
export function SubjectFields({ subject, path, onChange, kinds }: Props) {
  const options = subjectKinds.filter(([kind]) => kinds?.includes(kind) ?? true);
  return (
    <>
      <div class="flex flex-wrap gap-3">
        <SelectField
          label="Asked is"
          path={`${path}.kind`}
          class="w-56"
          value={subject.kind}
          options={options}
          onChange={(kind) => onChange(subjectOfKind(kind, subject))}
        />
        <TextField
          label="Label, by which its runs make one line"
          path={`${path}.label`}
          class="w-72 max-w-full"
          value={subject.label}
          placeholder="default: what it is"
          onInput={(label) => onChange(withMember(subject, 'label', label))}
        />
      </div>
      <div class="mt-3">
        {subject.kind === 'model' && <ModelFields subject={subject} path={path} onChange={onChange} />}
        {subject.kind === 'command' && <CommandFields subject={subject} path={path} onChange={onChange} />}
        {subject.kind === 'samples' && <SamplesFields subject={subject} path={path} onChange={onChange} />}
      </div>
    </>
  );
}

interface KindProps<Kind extends EvalSubject['kind']> {
  subject: Extract<EvalSubject, { kind: Kind }>;
  path: string;
  onChange: (subject: EvalSubject) => void;
}

function ModelFields({ subject, path, onChange }: KindProps<'model'>) {
  const { params = {} } = subject;
  const setParams = (next: typeof params) =>
    onChange(withMember(subject, 'params', Object.keys(next).length > 0 ? next : undefined));
  return (
    <>
      <div class="flex flex-wrap gap-3">
        <TextField
          label="Model"
          path={`${path}.model`}
          class="w-72 max-w-full"
          mono
          value={subject.model}
          onInput={(model) => onChange({ ...subject, model })}
        />
        <NumberField
          label="Temperature"
          path={`${path}.params.temperature`}
          optional
          value={params.temperature}
          onInput={(temperature) => setParams(withMember(params, 'temperature', temperature))}
        />
        <NumberField
          label="Most tokens"
          path={`${path}.params.maxTokens`}
          optional
          value={params.maxTokens}
          onInput={(maxTokens) => setParams(withMember(params, 'maxTokens', maxTokens))}
        />
        <TextField
          label="Prompt version"
          path={`${path}.promptVersion`}
          class="w-36"
          value={subject.promptVersion}
          onInput={(version) => onChange(withMember(subject, 'promptVersion', version))}
        />
      </div>
      <AreaField
        label="Guidance, put before every prompt"
        path={`${path}.guidance`}
        class="mt-3 max-w-4xl"
        value={subject.guidance}
        onInput={(guidance) => onChange(withMember(subject, 'guidance', guidance))}
      />
    </>
  );
}

function CommandFields({ subject, path, onChange }: KindProps<'command'>) {
  return (
    <>
      <AreaField
        label="Command, run by sh -c in the sandbox, the instruction on its stdin"
        path={`${path}.command`}
        class="max-w-4xl"
        mono
        value={subject.command}
        onInput={(command) => onChange({ ...subject, command })}
      />
      <div class="mt-3 flex flex-wrap gap-3">
        <TextField
          label="Repository that is its working copy"
          path={`${path}.repo`}
          class="w-72 max-w-full"
          mono
          value={subject.repo}
          onInput={(repo) => onChange(withMember(subject, 'repo', repo))}
        />
        <NumberField
          label="Time for one"
          unit="ms"
          path={`${path}.timeoutMs`}
          optional
          value={subject.timeoutMs}
          onInput={(timeoutMs) => onChange(withMember(subject, 'timeoutMs', timeoutMs))}
        />
      </div>
    </>
  );
}

function SamplesFields({ subject, path, onChange }: KindProps<'samples'>) {
  if (subject.samples !== undefined) {
    return <p class="text-sm text-muted">{subject.samples.length} answers, kept with it as they were sent.</p>;
  }
  return (
    <TextField
      label="Samples file, below WHETSTONE_DATASETS_DIR of the server"
      path={`${path}.datasetFile`}
      class="max-w-xl"
      mono
      value={subject.datasetFile}
      onInput={(datasetFile) => onChange({ ...subject, datasetFile })}
    />
  );
}
