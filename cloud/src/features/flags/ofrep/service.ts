import type { EvaluationContext } from '@whetstone/shared/contract';
import { evaluate, type CompiledRuleset } from '@whetstone/shared/flags';
import { hash } from 'node:crypto';
import type { Ctx } from '../../../context.ts';
import { readOfrepContext, type OfrepComplaint } from './context.ts';
import { ofrepWriter } from './evaluation-json.ts';
import { slices } from './slices.ts';
import { passedBy } from './turning-points.ts';

interface Loaded {
  compiled: CompiledRuleset;
  /** As `GET /api/flags/ruleset` answers it. */
  answer: { etag: string | undefined };
  turningPoints: readonly number[];
}

interface Dependencies {
  rulesets: { of(projectId: string): Loaded | Promise<Loaded> };
  clock: () => number;
  /** Of a clock that never goes back. */
  steadyMs: () => number;
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
export function ofrepService({ rulesets, clock, steadyMs }: Dependencies) {
  const write = ofrepWriter();
  // Bodies that came before come as the same object.
  const known = new WeakMap<object, Question>();
  const each = slices({ steadyMs });

  function read(body: unknown): Question {
    if (typeof body !== 'object' || body === null) return questionIn(body);
    const question = known.get(body) ?? questionIn(body);
    known.set(body, question);
    return question;
  }

  function one({ compiled }: Loaded, key: string, context: EvaluationContext): OfrepAnswer {
    const evaluation = evaluate(compiled, key, context, { nowMs: clock() });
    if (evaluation) return { status: evaluation.errorCode === undefined ? 200 : 400, json: write(evaluation) };
    return failure(404, { errorCode: 'FLAG_NOT_FOUND', errorDetails: `no flag is called "${key}"` }, key);
  }

  function all(
    { compiled, answer, turningPoints }: Loaded,
    { context, digest }: Asked,
    { has, isWanted }: BulkRequest,
  ) {
    const nowMs = clock();
    const etag = etagOf(answer.etag, passedBy(nowMs, turningPoints), digest);
    if (has(etag)) return { status: 304, json: '', etag } satisfies OfrepAnswer;
    const flags: string[] = [];
    const done = each(
      compiled.flags.keys(),
      (key) => flags.push(write(evaluate(compiled, key, context, { nowMs })!)),
      isWanted,
    );
    const answered = (): OfrepAnswer => ({
      status: 200,
      json: `{"flags":[${flags.join(',')}],"metadata":{"revision":${compiled.revision}}}`,
      etag,
    });
    return done ? done.then(answered) : answered();
  }

  return {
    evaluateFlag({ projectId }: Ctx, key: string, body: unknown): OfrepAnswer | Promise<OfrepAnswer> {
      const question = read(body);
      if (isComplaint(question)) return failure(400, question, key);
      const { context } = question;
      const ruleset = rulesets.of(projectId);
      return ruleset instanceof Promise
        ? ruleset.then((loaded) => one(loaded, key, context))
        : one(ruleset, key, context);
    },

    evaluateFlags({ projectId }: Ctx, request: BulkRequest): OfrepAnswer | Promise<OfrepAnswer> {
      const question = read(request.body);
      if (isComplaint(question)) return failure(400, question);
      const ruleset = rulesets.of(projectId);
      return ruleset instanceof Promise
        ? ruleset.then((loaded) => all(loaded, question, request))
        : all(ruleset, question, request);
    },
  };
}

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
  return 'errorCode' in read ? read : { context: read, digest: hash('sha256', JSON.stringify(read), 'base64url') };
}

/** Of all that an answer depends on: project and revision (in the ETag of the ruleset), time, and who asks. */
const etagOf = (rulesetEtag: string | undefined, passed: number, digest: string) =>
  `"${rulesetEtag?.slice(1, -1)}.${passed}.${digest}"`;
