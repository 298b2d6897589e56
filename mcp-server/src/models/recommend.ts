import type { Recommendation } from '@whetstone/shared/contract';
import { ageText } from '../age-text.ts';
import type { ModelChoice, ModelReceipt, ModelRequest } from '../model-answer.ts';
import type { CloudReply } from '../offline/cloud-call.ts';
import type { Defaults } from '../offline/defaults-file.ts';
import { patienceMs, type LastAnswers } from '../offline/last-answers.ts';
import { logOf, type RecommendationRecord } from './log.ts';
import { pathOf, readRequest } from './request.ts';
import type { RoutingTables } from './routing-tables.ts';

/** An answer before it is known whether who asks can do without a model. */
export interface Recommended extends ModelChoice, Partial<ModelReceipt> {
  model: string | null;
}

/** The question itself is wrong, in a sentence that names the member. */
export interface Refused {
  refusal: string;
}

export type Recommend = (sent: unknown, signal?: AbortSignal) => Promise<Recommended | Refused>;

export interface Dependencies {
  attempt: LastAnswers['attempt'];
  tables: RoutingTables;
  defaults: () => Promise<Defaults>;
  /** Tells the cloud, some time, of an answer that it has not made itself. */
  tell: (record: RecommendationRecord) => void;
  nowMs: () => number;
  newId: () => string;
  random: () => number;
  namesPeople: boolean;
}

/** Asks the cloud; answers by the last known table where it is away or slow, and by the defaults file where there is none. */
export function recommending({
  attempt,
  tables,
  defaults,
  tell,
  nowMs,
  newId,
  random,
  namesPeople,
}: Dependencies): Recommend {
  return async (sent, signal) => {
    const request = readRequest(sent, { namesPeople });
    if ('problem' in request) return { refusal: request.problem };
    void tables.refresh();
    const waitMs = (await tables.known()) ? patienceMs.withSnapshot : patienceMs.without;
    const reply = await attempt(pathOf(request), waitMs, signal);
    signal?.throwIfAborted();
    if (reply.kind === 'refused' && reply.status === 400) return { refusal: reply.why };
    const answer = recommendationIn(reply);
    if (answer) return orDefault({ ...answer, source: 'cloud', ageMs: 0 }, request);
    return byTable(request, sentenceOf(reply));
  };

  async function byTable(request: ModelRequest, why: string): Promise<Recommended> {
    const known = await tables.known();
    if (!known) return byDefaults(request, [why, 'No routing table was kept from before.', tables.problems().store]);
    const recommendationId = newId();
    // Exploring has a budget, and only the cloud knows what is left of it.
    const { answer, incumbentPropensity } = known.recommender().recommend(request, { mayExplore: false, random });
    if (answer.model !== null) {
      const at = new Date(nowMs()).toISOString();
      tell(logOf({ request, recommendationId, at, answer: { ...answer, model: answer.model }, incumbentPropensity }));
    }
    const degradedReason = `${why} Recommended by the routing table that was confirmed ${ageText(known.ageMs)} ago.`;
    return orDefault({ ...answer, recommendationId, source: 'cache', ageMs: known.ageMs, degradedReason }, request);
  }

  /** Nothing is known of any model yet. Where a filter took them out, a default would be one that was not wanted. */
  async function orDefault(answer: Recommended, request: ModelRequest): Promise<Recommended> {
    const isFiltered = answer.filters?.some(({ removed }) => removed.length > 0);
    if (answer.model !== null || isFiltered) return answer;
    const { model, degradedReason } = await byDefaults(request, [answer.degradedReason, answer.reason]);
    if (model === null) return answer;
    return { ...answer, model, source: 'default', reason: `${model} is the default. ${answer.reason}`, degradedReason };
  }

  async function byDefaults({ taskType }: ModelRequest, reasons: (string | undefined)[]): Promise<Recommended> {
    const { model, models, problem } = await defaults();
    const named = (taskType === undefined ? undefined : models.get(taskType)) ?? model ?? null;
    const degradedReason = [...reasons, problem].filter(Boolean).join(' ');
    const reason =
      named === null
        ? 'No model is known: nothing was learned here yet, and no default is named ("model" in the file of WHETSTONE_DEFAULTS).'
        : `${named} is the default; nothing is known here of what models do.`;
    return { model: named, reason, plan: [], source: 'default', degradedReason };
  }
}

/** What the cloud recommends; nothing for anything else, as of an older server or of somebody between. */
function recommendationIn(reply: CloudReply): Recommendation | undefined {
  if (reply.kind !== 'answered') return undefined;
  const { model, reason, recommendationId, plan } = reply.body;
  const isOne =
    (model === null || typeof model === 'string') &&
    typeof reason === 'string' &&
    typeof recommendationId === 'string' &&
    Array.isArray(plan);
  return isOne ? asRecommendation(reply.body) : undefined;
}

/** What answers by that name and in that shape is our server; the rest is taken as it comes. */
const asRecommendation = (body: Record<string, unknown>) => body as unknown as Recommendation;

function sentenceOf(reply: CloudReply) {
  const why = reply.kind === 'answered' ? 'The cloud answered something that is no recommendation' : reply.why;
  return /[.!?)]$/.test(why) ? why : `${why}.`;
}
