import { parseInput, ShortFlag, FlagDraft } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { useState } from 'preact/hooks';
import { useProject } from '../live/project.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, inputClass, TextField } from '../ui/field.tsx';
import { ErrorState } from '../ui/states.tsx';

interface Props {
  onClose: () => void;
  onCreated: (key: string) => void;
}

interface ShortForm {
  key: string;
  percentage: string;
  users: string;
  repos: string;
}

/** The document to begin with, when one writes it whole. */
const example = {
  key: '',
  description: '',
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [],
  fallthrough: { variant: 'off' },
};

/** A flag by its short form (a share of users, and some anyway), or by its whole document. */
export function NewFlagDialog({ onClose, onCreated }: Props) {
  const { api } = useProject();
  const [isWhole, setWhole] = useState(false);
  const [short, setShort] = useState<ShortForm>({ key: '', percentage: '0', users: '', repos: '' });
  const [text, setText] = useState(() => JSON.stringify(example, null, 2));
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const complaint = complaintsIn(error);

  const create = async (event: Event) => {
    event.preventDefault();
    setError(undefined);
    setBusy(true);
    try {
      const { key } = await api.createFlag(isWhole ? documentOf(text) : shortFlagOf(short));
      onCreated(key);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const field = (name: keyof ShortForm) => ({
    value: short[name],
    onInput: (value: string) => setShort({ ...short, [name]: value }),
  });

  return (
    <Dialog title="New flag" onClose={onClose}>
      <form onSubmit={(event) => void create(event)}>
        <div class="mb-3 flex gap-1" role="group" aria-label="How to write it">
          <Button kind={isWhole ? 'quiet' : 'plain'} aria-pressed={!isWhole} onClick={() => setWhole(false)}>
            Short form
          </Button>
          <Button kind={isWhole ? 'plain' : 'quiet'} aria-pressed={isWhole} onClick={() => setWhole(true)}>
            Document
          </Button>
        </div>
        {isWhole ? (
          <Field label="Flag as JSON" error={complaint.all} hint="As POST /api/flags takes it; see the API reference">
            {(control) => (
              <textarea
                {...control}
                rows={16}
                spellcheck={false}
                class={`${inputClass} h-auto py-1 font-mono text-sm`}
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
        ) : (
          <>
            <TextField
              label="Key"
              isCode
              placeholder="new-fixer-prompt"
              {...field('key')}
              error={complaint.of('key')}
              hint="How code asks for it; it cannot be changed later"
            />
            <TextField
              label="On for this share of users, in per cent"
              {...field('percentage')}
              error={complaint.of('rolloutPercentage')}
            />
            <TextField
              label="Always on for these users"
              isCode
              {...field('users')}
              error={complaint.of('users')}
              hint="User ids with commas between them; may be empty"
            />
            <TextField
              label="Always on in these repositories"
              isCode
              placeholder="acme/api, acme/web"
              {...field('repos')}
              error={complaint.of('repos')}
            />
          </>
        )}
        {error !== undefined && !complaint.isShown && <ErrorState what="The flag was not made" error={error} />}
        <div class="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={isBusy}>
            Create flag
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const listOf = (text: string) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);

function shortFlagOf({ key, percentage, users, repos }: ShortForm): ShortFlag {
  return parseInput(ShortFlag, {
    key,
    // Nothing is not zero.
    rolloutPercentage: percentage.trim() === '' ? undefined : Number(percentage.replace(',', '.')),
    ...(listOf(users).length > 0 && { users: listOf(users) }),
    ...(listOf(repos).length > 0 && { repos: listOf(repos) }),
  });
}

function documentOf(text: string) {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new WhetstoneError('invalid', `This is not JSON: ${(cause as Error).message}`, { errors: [], cause });
  }
  return parseInput(FlagDraft, document);
}

/** What an `invalid` says of single fields; anything else is shown whole. */
function complaintsIn(error: unknown) {
  const known = error instanceof WhetstoneError && error.code === 'invalid' ? error : undefined;
  const errors = known?.errors ?? [];
  return {
    isShown: known !== undefined,
    all:
      known &&
      (errors.length > 0 ? errors.map(({ path, message }) => `${path}: ${message}`).join('\n') : known.message),
    of: (field: string) => errors.find(({ path }) => path === field || path.startsWith(`${field}.`))?.message,
  };
}
