import type { GuidanceRule } from '@whetstone/shared/contract';
import { Visible } from '../../code/visible.tsx';
import { count } from '../../flag/model/sentences.ts';
import { Time } from '../../ui/time.tsx';
import { correctionPath, patternPath } from '../paths.ts';

/** Rules, each with what it rests on, what it costs and when it ends. */
export const RuleList = ({ rules, nowMs }: { rules: readonly GuidanceRule[]; nowMs: number }) => (
  <ol aria-label="Rules" class="divide-y divide-line border-y border-line">
    {rules.map((rule) => (
      <li key={rule.id} id={rule.id} class="py-2 target:bg-hover">
        <p class="max-w-prose break-words">
          <bdi>
            <Visible text={rule.text} />
          </bdi>
        </p>
        <p class="mt-0.5 flex flex-wrap gap-x-4 text-sm text-muted">
          <code class="font-mono">{rule.id}</code>
          <span>
            {rule.taskTypes.length === 0 ? 'all tasks' : rule.taskTypes.join(', ')},{' '}
            {rule.languages.length === 0 ? 'all languages' : rule.languages.join(', ')}
          </span>
          <span class="tabular-nums">{count(rule.tokens, 'token')}</span>
          <Expiry at={rule.expiresAt} nowMs={nowMs} />
          {rule.patternId === null ? (
            <span>from no pattern</span>
          ) : (
            <a href={patternPath(rule.patternId)} class="text-accent underline">
              its pattern
            </a>
          )}
          <Corrections of={rule.feedbackIds} />
        </p>
      </li>
    ))}
  </ol>
);

const Expiry = ({ at, nowMs }: { at: string; nowMs: number }) =>
  Date.parse(at) <= nowMs ? (
    <span class="text-warn">
      ! expired <Time at={at} nowMs={nowMs} />, left out of answers
    </span>
  ) : (
    <span>
      ends <Time at={at} nowMs={nowMs} />
    </span>
  );

const Corrections = ({ of }: { of: readonly string[] }) =>
  of.length === 0 ? (
    <span>on no correction</span>
  ) : (
    <span>
      on {count(of.length, 'correction')}:
      {of.map((id, i) => [
        ' ',
        <a
          key={id}
          href={correctionPath(id)}
          aria-label={`Correction ${i + 1}`}
          class="text-accent underline tabular-nums"
        >
          {i + 1}
        </a>,
      ])}
    </span>
  );
