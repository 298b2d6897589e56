import { parseInput, ShortFlag } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { useState } from 'preact/hooks';
import { useProject } from '../live/project.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { ErrorState } from '../ui/states.tsx';

interface Props {
  onClose: () => void;
  onCreated: (key: string) => void;
  /** To the editor of the whole document, with the key that was typed. */
  onWhole: (key: string) => void;
}

interface ShortForm {
  key: string;
  percentage: string;
  users: string;
  repos: string;
}

/** A flag by its short form: on for a share of users, and for some anyway. */
export function NewFlagDialog({ onClose, onCreated, onWhole }: Props) {
  const { api } = useProject();
  const [short, setShort] = useState<ShortForm>({ key: '', percentage: '0', users: '', repos: '' });
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const complaints = complaintsIn(error);

  const create = async (event: Event) => {
    event.preventDefault();
    setError(undefined);
    setBusy(true);
    try {
      const { key } = await api.createFlag(shortFlagOf(short));
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
        <TextField
          label="Key"
          isCode
          placeholder="new-fixer-prompt"
          {...field('key')}
          error={complaints?.('key')}
          hint="How code asks for it; it cannot be changed later"
        />
        <TextField
          label="On for this share of users, in per cent"
          {...field('percentage')}
          error={complaints?.('rolloutPercentage')}
        />
        <TextField
          label="Always on for these users"
          isCode
          {...field('users')}
          error={complaints?.('users')}
          hint="User ids with commas between them; may be empty"
        />
        <TextField
          label="Always on in these repositories"
          isCode
          placeholder="acme/api, acme/web"
          {...field('repos')}
          error={complaints?.('repos')}
        />
        {error !== undefined && !complaints && <ErrorState what="The flag was not made" error={error} />}
        <div class="mt-4 flex justify-end gap-2">
          <Button kind="quiet" class="mr-auto -ml-3" onClick={() => onWhole(short.key.trim())}>
            Full editor
          </Button>
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

/** What an `invalid` says of the fields above; anything else is shown whole. */
function complaintsIn(error: unknown) {
  if (!(error instanceof WhetstoneError) || error.code !== 'invalid') return undefined;
  const { errors = [] } = error;
  const of = (field: string) => errors.find(({ path }) => path === field || path.startsWith(`${field}.`))?.message;
  return ['key', 'rolloutPercentage', 'users', 'repos'].some(of) ? of : undefined;
}
