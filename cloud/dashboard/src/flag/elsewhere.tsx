import { complaintsElsewhere } from './model/complaints.ts';
import { useForm } from './form/form-context.tsx';

/** The parts whose complaints stand beside their fields, or on the closed rule that holds them. */
const shownInForm = [
  'type',
  'variants',
  'offVariant',
  'rules',
  'fallthrough',
  'prerequisites',
  'overrides',
  'schedule',
  'rollout',
  'description',
  'owner',
  'tags',
  'expiresAt',
  'salt',
];

/** What is wrong and has no field to stand beside: of the JSON view, everything but the text itself. */
export function Elsewhere({ isForm, isNew }: { isForm: boolean; isNew: boolean }) {
  const { complaints } = useForm();
  const rest = complaintsElsewhere(complaints, isForm ? [...shownInForm, ...(isNew ? ['key'] : [])] : ['document']);
  if (rest.length === 0) return null;
  return (
    <div role="status" class="mt-3 rounded border border-bad bg-bad-surface px-4 py-2 text-sm">
      <p class="font-semibold text-bad">Cannot be saved yet</p>
      <ul>
        {rest.map(({ path, message }, i) => (
          <li key={i} class="break-words">
            <code class="font-mono">{path}</code>: {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
