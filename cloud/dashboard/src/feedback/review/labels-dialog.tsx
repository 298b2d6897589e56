import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { labelsOf, mostLabels } from './labels.ts';

interface Props {
  labels: readonly string[];
  isOwn: boolean;
  /** undefined: those that the project gives most. */
  onChoose: (labels: string[] | undefined) => void;
  onClose: () => void;
}

/** Which labels the keys 1 to 9 give. */
export function LabelsDialog({ labels, isOwn, onChoose, onClose }: Props) {
  const [text, setText] = useState(labels.join(' '));
  const said = labelsOf(text);
  const choose = (chosen: string[] | undefined) => {
    onChoose(chosen);
    onClose();
  };
  return (
    <Dialog title="Labels of the keys 1 to 9" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (said.wrong.length === 0 && said.labels.length > 0) choose(said.labels);
        }}
      >
        <TextField
          label={`Up to ${mostLabels}, in their order`}
          isCode
          isFocused
          value={text}
          onInput={setText}
          error={
            said.wrong.length > 0 ? `No labels: ${said.wrong.join(', ')}. They are made of a-z 0-9 . _ -` : undefined
          }
          hint="Blanks between them. They are kept in this browser, for this project."
        />
        <div class="mt-4 flex flex-wrap justify-end gap-2">
          {isOwn && (
            <Button class="mr-auto" onClick={() => choose(undefined)}>
              Those used most
            </Button>
          )}
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" type="submit" disabled={said.wrong.length > 0 || said.labels.length === 0}>
            Use them
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
