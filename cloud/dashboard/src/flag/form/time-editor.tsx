import { Timeline } from '../timeline-view.tsx';
import { useDraft } from './form-context.tsx';
import { PlanEditor } from './plan-editor.tsx';
import { ScheduleEditor } from './schedule-editor.tsx';
import { Section } from './section.tsx';

interface Props {
  nowMs: number;
}

/** What changes by itself, by the clock of whoever evaluates. */
export function TimeEditor({ nowMs }: Props) {
  return (
    <>
      <ScheduleEditor nowMs={nowMs} />
      <PlanEditor nowMs={nowMs} />
      <TimelineSection nowMs={nowMs} />
    </>
  );
}

function TimelineSection({ nowMs }: Props) {
  const { document } = useDraft();
  if (
    !document.schedule &&
    !document.rollout &&
    !document.expiresAt &&
    !document.overrides?.some((one) => one.expiresAt)
  )
    return null;
  return (
    <Section title="Timeline" note="Everything above in the order in which it comes into force.">
      <Timeline document={document} nowMs={nowMs} />
    </Section>
  );
}
