import { ConditionEditor } from '../flag/form/condition-editor.tsx';
import { AreaField } from '../flag/form/fields.tsx';
import { Action, Section } from '../flag/form/section.tsx';
import { SentenceView } from '../flag/form/sentence-view.tsx';
import { ValuesField } from '../flag/form/values-field.tsx';
import { newCondition } from '../flag/model/document.ts';
import { replaced, without, withMember } from '../flag/model/json.ts';
import { whenSentence } from '../flag/model/sentences.ts';
import type { SegmentDocument } from './model.ts';

interface Props {
  document: SegmentDocument;
  onChange: (document: SegmentDocument) => void;
}

/** Who is in a segment, in the order in which it is decided. */
export function SegmentForm({ document, onChange: setDocument }: Props) {
  const { included = [], excluded = [], rules = [] } = document;
  const setRules = (next: typeof rules) =>
    setDocument(withMember(document, 'rules', next.length > 0 ? next : undefined));
  return (
    <>
      <Section title="About">
        <AreaField
          label="Description"
          path="description"
          value={document.description}
          onInput={(text) => setDocument(withMember(document, 'description', text))}
        />
      </Section>
      <Section title="Kept out" note="Goes before all else; by the attribute that the condition names, mostly userId.">
        <ValuesField
          label="Never in the segment"
          path="excluded"
          values={excluded}
          onChange={(values) => setDocument(withMember(document, 'excluded', values.length > 0 ? values : undefined))}
        />
      </Section>
      <Section title="Listed" note="In the segment by name.">
        <ValuesField
          label="Always in the segment"
          path="included"
          values={included}
          onChange={(values) => setDocument(withMember(document, 'included', values.length > 0 ? values : undefined))}
        />
      </Section>
      <Section
        title="Rules"
        note={
          rules.length === 0
            ? 'None: who is not listed is not in.'
            : 'Anybody else is in when all conditions of one rule hold.'
        }
        action={<Action label="Add a rule" onClick={() => setRules([...rules, { when: [newCondition()] }])} />}
      >
        {rules.map(({ when }, i) => (
          <div key={i} role="group" aria-label={`Rule ${i + 1}`} class="mb-2 border-l-2 border-line pl-3">
            <p class="flex items-center gap-2 text-sm">
              <SentenceView of={[...whenSentence(when), { kind: 'text', text: 'it is in' }]} />
              <Action label={`Remove rule ${i + 1}`} onClick={() => setRules(without(rules, i))}>
                ×
              </Action>
            </p>
            {when.map((condition, j) => (
              <ConditionEditor
                key={j}
                label={`Condition ${j + 1} of rule ${i + 1}`}
                path={`rules.${i}.when.${j}`}
                condition={condition}
                onChange={(_group, next) => setRules(replaced(rules, i, { when: replaced(when, j, next) }))}
                onRemove={() => setRules(replaced(rules, i, { when: without(when, j) }))}
              />
            ))}
            <Action
              label="Add a condition"
              onClick={() => setRules(replaced(rules, i, { when: [...when, newCondition()] }))}
            />
          </div>
        ))}
      </Section>
    </>
  );
}
