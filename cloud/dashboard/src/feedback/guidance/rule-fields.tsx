import { AreaField, NumberField, TextField } from '../../flag/form/fields.tsx';
import { count } from '../../flag/model/sentences.ts';
import { Button } from '../../ui/button.tsx';
import { patternPath } from '../paths.ts';
import { tokensOfRule, type RuleDraft } from './draft.ts';

interface Props {
  rule: RuleDraft;
  path: string;
  isFirst: boolean;
  isLast: boolean;
  isLocked: boolean;
  onChange: (part: Partial<RuleDraft>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

export const RuleFields = ({ rule, path, isFirst, isLast, isLocked, onChange, onMove, onRemove }: Props) => (
  <>
    <AreaField
      label="Rule"
      path={`${path}.text`}
      value={rule.text}
      placeholder="Pass the AbortSignal on to every fetch."
      onInput={(text) => onChange({ text: text.replaceAll('\n', ' ') })}
    />
    <div class="mt-2 flex flex-wrap items-end gap-3">
      <TextField
        label="Types of tasks"
        path={`${path}.taskTypes`}
        class="w-36"
        value={rule.taskTypes}
        placeholder="all"
        onInput={(taskTypes) => onChange({ taskTypes })}
      />
      <TextField
        label="Languages"
        path={`${path}.languages`}
        class="w-36"
        value={rule.languages}
        placeholder="all"
        onInput={(languages) => onChange({ languages })}
      />
      <NumberField
        label="Ends after"
        unit="days"
        path={`${path}.expiresInDays`}
        optional
        value={rule.expiresInDays}
        placeholder="90"
        onInput={(expiresInDays) => onChange({ expiresInDays })}
      />
      <span class="pb-1.5 text-sm text-muted tabular-nums">{count(tokensOfRule(rule), 'token')}</span>
      {rule.patternId !== undefined && (
        <a href={patternPath(rule.patternId)} target="_blank" class="pb-1.5 text-sm text-accent underline">
          its pattern
        </a>
      )}
      <span class="ml-auto flex gap-1">
        <Button kind="quiet" aria-label="Move the rule up" disabled={isFirst || isLocked} onClick={() => onMove(-1)}>
          ↑
        </Button>
        <Button kind="quiet" aria-label="Move the rule down" disabled={isLast || isLocked} onClick={() => onMove(1)}>
          ↓
        </Button>
        <Button kind="quiet" disabled={isLocked} onClick={onRemove}>
          Remove
        </Button>
      </span>
    </div>
  </>
);
