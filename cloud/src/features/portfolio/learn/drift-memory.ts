import { alarmSentence, watchTry, type DriftTry } from '@whetstone/shared/portfolio';
import { z } from 'zod';

const ExcursionJson = z.object({
  sum: z.number(),
  n: z.number(),
  solved: z.number(),
  expected: z.number(),
  since: z.iso.datetime(),
});

/** A line of the report: a model became another one, by what was measured or was said. */
const FoundChange = z.object({
  model: z.string(),
  at: z.iso.datetime(),
  why: z.string(),
  before: z.number().nullable(),
  after: z.number().nullable(),
});
export type FoundChange = z.output<typeof FoundChange>;

/** What `portfolio_state.drift` holds; the newest changes come last. */
export const DriftMemory = z
  .object({
    models: z
      .record(z.string(), z.object({ drop: ExcursionJson.optional(), rise: ExcursionJson.optional() }))
      .default({}),
    found: z.array(FoundChange).default([]),
  })
  .catch({ models: {}, found: [] });
export type DriftMemory = z.output<typeof DriftMemory>;

const mostModels = 200;
const mostFound = 50;

export interface ModelTry extends DriftTry {
  model: string;
}

/** What the tries leave behind, in their order, and the alarms among them. */
export function watchTries(memory: DriftMemory, tries: readonly ModelTry[]) {
  // In the order of their last tries, so that who was not heard of for longest goes first.
  const models = new Map(Object.entries(memory.models));
  const alarms = new Map<string, Omit<FoundChange, 'model'>>();
  for (const { model, ...one } of tries) {
    const { state, alarm } = watchTry(models.get(model) ?? {}, one);
    models.delete(model);
    if (state.drop || state.rise) models.set(model, state);
    if (alarm) alarms.set(model, { ...alarm, why: alarmSentence(alarm) });
  }
  const found = [...alarms].map(([model, { at, why, before, after }]) => ({ model, at, why, before, after }));
  const kept = Object.fromEntries([...models].slice(-mostModels));
  return { drift: { ...memory, models: kept }, found };
}

/** With a further line; the model is watched from the beginning. */
export function withFound(memory: DriftMemory, found: FoundChange): DriftMemory {
  const { [found.model]: _, ...models } = memory.models;
  return { models, found: [...memory.found, found].slice(-mostFound) };
}
