import type { Evaluation, EvaluationContext } from '@whetstone/shared/contract';
import { decide, decideEach, type CompiledRuleset, type Evaluated } from '@whetstone/shared/flags';
import { hash } from 'node:crypto';
import type { Ctx } from '../../context.ts';
import type { EvaluationNotes } from './evaluated/notes.ts';
import { readOfrepContext, type OfrepComplaint } from './ofrep/context.ts';
import { ofrepWriter } from './ofrep/evaluation-json.ts';
import type { LoadedRuleset, RulesetCache } from './rulesets.ts';
import type { Slices } from './slices.ts';
import { settle } from './sticky-evaluation.ts';
import { passedBy } from './ofrep/turning-points.ts';

interface Dependencies {
  rulesets: Pick<RulesetCache, 'of'>;
  clock: () => number;
  each: Slices;
  notes: Pick<EvaluationNotes, 'one' | 'all'>;
}

interface OfrepAnswer {
  status: 200 | 304 | 400 | 404;
  json: string;
  etag?: string;
}

interface BulkRequest {
  body: unknown;
  /** Whether the caller has what this ETag names. */
  has: (etag: string) => boolean;
  /** Whether the caller is still there. */
  isWanted: () => boolean;
}

/** Evaluations in the form of OFREP 0.3. Never rejects for what a caller sent. */
export function ofrepService({ rulesets, clock, each, notes }: Dependencies) {
  const write = ofrepWriter();
  // Bodies that came before come as the same object.
  const known = new WeakMap<object, Question>();

  function read(body: unknown): Question {
    if (typeof body !== 'object' || body === null) return questionIn(body);
    const question = known.get(body) ?? questionIn(body);
    known.set(body, question);
    return question;
  }

  function one(ctx: Ctx, { compiled }: LoadedRuleset, key: string, context: EvaluationContext) {
    const nowMs = clock();
    const evaluation = decide(compiled, key, context, { nowMs });
    if (!evaluation)
      return failure(404, { errorCode: 'FLAG_NOT_FOUND', errorDetails: `no flag is called "${key}"` }, key);
    notes.one(ctx, key, nowMs);
    const settled = settle(ctx, evaluation, { compiled, key, context, nowMs, explain: false });
    return settled instanceof Promise ? settled.then(answerOf) : answerOf(settled);
  }

  const answerOf = (evaluation: Evaluation): OfrepAnswer => ({
    status: evaluation.errorCode === undefined ? 200 : 400,
    json: write(evaluation),
  });

  function all(ctx: Ctx, loaded: LoadedRuleset, asked: Asked, { has, isWanted }: BulkRequest) {
    const nowMs = clock();
    const { compiled, answer } = loaded;
    // Who is told that nothing changed goes on serving what it has.
    notes.all(ctx, compiled.flags, nowMs);
    const etag = etagOf(answer.etag, passedBy(nowMs, loaded.turningPoints), asked.digest);
    if (loaded.usesSticky) return allSticky(ctx, loaded, asked, { nowMs, etag, has, isWanted });
    if (has(etag)) return unchanged(etag);
    const flags: string[] = [];
    const done = each(
      decideEach(compiled, asked.context, { nowMs }),
      ([, evaluation]) => flags.push(write(evaluation)),
      isWanted,
    );
    const answered = (): OfrepAnswer => ({ status: 200, json: bulkJson(flags, compiled), etag });
    return done ? done.then(answered) : answered();
  }

  /**
   * What is kept of earlier answers is no part of the revision: then the ETag is of the answer as well. Each flag is decided
   * by itself, so that one whose prerequisite is sticky is settled as if it were the only one.
   */
  async function allSticky(
    ctx: Ctx,
    { compiled }: LoadedRuleset,
    { context }: Asked,
    { nowMs, etag: base, has, isWanted }: Omit<BulkRequest, 'body'> & { nowMs: number; etag: string },
  ): Promise<OfrepAnswer> {
    const decided: Evaluated[] = [];
    await each(compiled.flags.keys(), (key) => decided.push(decide(compiled, key, context, { nowMs })!), isWanted);
    const flags: string[] = [];
    for (const evaluation of decided) {
      const { key } = evaluation;
      flags.push(write(await settle(ctx, evaluation, { compiled, key, context, nowMs, explain: false })));
    }
    const json = bulkJson(flags, compiled);
    const etag = `"${base.slice(1, -1)}.${digestOf(json)}"`;
    return has(etag) ? unchanged(etag) : { status: 200, json, etag };
  }

  return {
    evaluateFlag(ctx: Ctx, key: string, body: unknown): OfrepAnswer | Promise<OfrepAnswer> {
      const question = read(body);
      if (isComplaint(question)) return failure(400, question, key);
      const { context } = question;
      const ruleset = rulesets.of(ctx.projectId);
      return ruleset instanceof Promise
        ? ruleset.then((loaded) => one(ctx, loaded, key, context))
        : one(ctx, ruleset, key, context);
    },

    evaluateFlags(ctx: Ctx, request: BulkRequest): OfrepAnswer | Promise<OfrepAnswer> {
      const question = read(request.body);
      if (isComplaint(question)) return failure(400, question);
      const ruleset = rulesets.of(ctx.projectId);
      return ruleset instanceof Promise
        ? ruleset.then((loaded) => all(ctx, loaded, question, request))
        : all(ctx, ruleset, question, request);
    },
  };
}

const unchanged = (etag: string): OfrepAnswer => ({ status: 304, json: '', etag });

const bulkJson = (flags: readonly string[], { revision }: CompiledRuleset) =>
  `{"flags":[${flags.join(',')}],"metadata":{"revision":${revision}}}`;

const failure = (status: 400 | 404, complaint: OfrepComplaint, key?: string): OfrepAnswer => ({
  status,
  json: JSON.stringify({ ...(key !== undefined && { key }), ...complaint }),
});

interface Asked {
  context: EvaluationContext;
  /** Tells any two contexts apart. */
  digest: string;
}

type Question = Asked | OfrepComplaint;

const isComplaint = (question: Question): question is OfrepComplaint => 'errorCode' in question;

function questionIn(body: unknown): Question {
  const read = readOfrepContext(body);
  return 'errorCode' in read ? read : { context: read, digest: digestOf(JSON.stringify(read)) };
}

const digestOf = (text: string) => hash('sha256', text, 'base64url');

/** Of all that an answer depends on: project and revision (in the ETag of the ruleset), time, and who asks. */
const etagOf = (rulesetEtag: string | undefined, passed: number, digest: string) =>
  `"${rulesetEtag?.slice(1, -1)}.${passed}.${digest}"`;
