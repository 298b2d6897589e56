import { shapeOf } from '../model/document.ts';
import { sameJson } from '../model/json.ts';
import { parseJson } from '../model/values.ts';
import { AreaField } from './fields.tsx';
import { useDraft } from './form-context.tsx';
import { useTyped } from './use-typed.ts';

/** The whole document as text: what is typed here is in the form as soon as it can be read. */
export function JsonView() {
  const { document, dispatch, unread } = useDraft();
  const [shown, setTyped] = useTyped(JSON.stringify(document, null, 2), (text) => {
    const read = parseJson(text);
    return read.ok && sameJson(read.value, document);
  });
  const type = (text: string) => {
    setTyped(text);
    const parsed = parseJson(text);
    if (!parsed.ok) return dispatch({ kind: 'unread', place: 'document', unread: { text, why: parsed.why } });
    const shaped = shapeOf(parsed.value);
    if (!shaped.ok) return dispatch({ kind: 'unread', place: 'document', unread: { text, why: shaped.why } });
    dispatch({ kind: 'edit', group: 'document', change: () => shaped.document });
  };
  return (
    <div class="[&_textarea]:min-h-[60vh]">
      <AreaField
        label="The flag as JSON, as the API takes it"
        path="document"
        mono
        value={unread['document']?.text ?? shown}
        onInput={type}
      />
    </div>
  );
}
