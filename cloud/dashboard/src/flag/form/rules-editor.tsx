import type { Rule } from '@whetstone/shared/contract';
import { useRef, useState } from 'preact/hooks';
import { newCondition, newRule } from '../model/document.ts';
import { moved, replaced, withMember, without } from '../model/json.ts';
import { ruleSentence } from '../model/sentences.ts';
import { ConditionEditor } from './condition-editor.tsx';
import { Complaints, TextField } from './fields.tsx';
import { Action } from './section.tsx';
import { useComplaints, useDraft, useForm } from './form-context.tsx';
import { SentenceView } from './sentence-view.tsx';
import { ServeEditor } from './serve-editor.tsx';

interface Props {
  rules: readonly Rule[];
  path: string;
  onChange: (group: string, rules: Rule[]) => void;
}

/** Rules in the order in which they are asked. Alt with an arrow key moves the one that has the focus. */
export function RulesEditor({ rules, path, onChange }: Props) {
  const { document } = useDraft();
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const list = useRef<HTMLOListElement>(null);

  const toggle = (i: number) => {
    const next = new Set(opened);
    if (!next.delete(i)) next.add(i);
    setOpened(next);
  };
  const move = (i: number, by: number) => {
    const to = Math.max(0, Math.min(rules.length - 1, i + by));
    if (to === i) return;
    onChange(`${path} order`, moved(rules, i, by));
    setOpened(new Set([...opened].map((open) => (open === i ? to : open === to ? i : open))));
    // The focus goes along, so that one may press on.
    requestAnimationFrame(() =>
      list.current?.querySelectorAll<HTMLElement>(':scope > li > div > button[aria-expanded]')[to]?.focus(),
    );
  };
  const remove = (i: number) => {
    onChange(`${path} -${i}`, without(rules, i));
    setOpened(new Set([...opened].filter((open) => open !== i).map((open) => (open > i ? open - 1 : open))));
  };
  const add = () => {
    onChange(`${path} +`, [...rules, newRule({ ...document, rules: [...rules] })]);
    setOpened(new Set([...opened, rules.length]));
  };

  return (
    <>
      <ol ref={list} class="divide-y divide-line border-y border-line empty:hidden">
        {rules.map((rule, i) => (
          <RuleRow
            key={i}
            rule={rule}
            place={i}
            count={rules.length}
            path={`${path}.${i}`}
            isOpen={opened.has(i)}
            onToggle={() => toggle(i)}
            onMove={(by) => move(i, by)}
            onRemove={() => remove(i)}
            onChange={(group, next) => onChange(group, replaced(rules, i, next))}
          />
        ))}
      </ol>
      {rules.length === 0 && <p class="text-sm text-muted">No rules: the default below decides for everyone.</p>}
      <Action label="Add a rule" onClick={add} class="mt-1" />
    </>
  );
}

interface RowProps {
  rule: Rule;
  place: number;
  count: number;
  path: string;
  isOpen: boolean;
  onToggle: () => void;
  onMove: (by: number) => void;
  onRemove: () => void;
  onChange: (group: string, rule: Rule) => void;
}

function RuleRow({ rule, place, count, path, isOpen, onToggle, onMove, onRemove, onChange }: RowProps) {
  const { document } = useDraft();
  const { lockedBecause } = useForm();
  const complaints = useComplaints(path, true);
  return (
    <li
      onKeyDown={(event) => {
        if (!event.altKey || lockedBecause !== undefined) return;
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        onMove(event.key === 'ArrowUp' ? -1 : 1);
      }}
    >
      <div class="flex items-start gap-1 py-1">
        <span class="w-6 pt-1 text-right text-xs text-muted tabular-nums">{place + 1}</span>
        <button
          type="button"
          class="min-w-0 flex-1 rounded px-2 py-1 text-left text-sm hover:bg-hover"
          aria-expanded={isOpen}
          title="Open to edit; Alt and an arrow key move it"
          onClick={onToggle}
        >
          <SentenceView of={ruleSentence(rule, document.offVariant)} />
          <span class="ml-2 font-mono text-xs text-muted">{rule.id}</span>
          {!isOpen && complaints.length > 0 && <span class="ml-2 text-xs text-bad">! {complaints[0]}</span>}
          {!isOpen && rule.description && <span class="block text-xs break-words text-muted">{rule.description}</span>}
        </button>
        <Action label={`Move rule ${rule.id} up`} disabled={place === 0} onClick={() => onMove(-1)}>
          ↑
        </Action>
        <Action label={`Move rule ${rule.id} down`} disabled={place === count - 1} onClick={() => onMove(1)}>
          ↓
        </Action>
        <Action label={`Remove rule ${rule.id}`} onClick={onRemove}>
          ×
        </Action>
      </div>
      {isOpen && <RuleBody rule={rule} path={path} onChange={onChange} />}
    </li>
  );
}

function RuleBody({ rule, path, onChange }: Pick<RowProps, 'rule' | 'path' | 'onChange'>) {
  const setWhen = (group: string, when: Rule['when']) => onChange(group, { ...rule, when });
  return (
    <div class="mb-3 ml-7 border-l-2 border-line pl-3">
      <div class="flex flex-wrap gap-3 pb-2">
        <TextField
          label="Rule id"
          path={`${path}.id`}
          class="w-44"
          mono
          value={rule.id}
          onInput={(id) => onChange(`${path}.id`, { ...rule, id })}
        />
        <TextField
          label="What for"
          path={`${path}.description`}
          class="min-w-48 flex-1"
          value={rule.description}
          onInput={(text) => onChange(`${path}.description`, withMember(rule, 'description', text))}
        />
      </div>
      {rule.when.map((condition, j) => (
        <ConditionEditor
          key={j}
          label={`Condition ${j + 1}`}
          path={`${path}.when.${j}`}
          condition={condition}
          onChange={(group, next) => setWhen(group, replaced(rule.when, j, next))}
          onRemove={() => setWhen(`${path}.when -${j}`, without(rule.when, j))}
        />
      ))}
      <Complaints of={useComplaints(`${path}.when`)} />
      <Action label="Add a condition" onClick={() => setWhen(`${path}.when +`, [...rule.when, newCondition()])} />
      <div class="pt-2">
        <ServeEditor
          serve={rule.serve}
          path={`${path}.serve`}
          onChange={(group, serve) => onChange(group, { ...rule, serve })}
        />
      </div>
    </div>
  );
}
