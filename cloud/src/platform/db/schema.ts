import type { ColumnType, Generated } from 'kysely';

/** JSON kept as text (`json`, not `jsonb`), so that a document comes back with its members in the order they were sent. */
type Json<T> = ColumnType<T, string | (null extends T ? null : never), string>;

/** `pg` gives 64-bit integers as text. Ours count changes, which JavaScript's numbers do without loss. */
type BigInteger = ColumnType<string, number, number>;
type NullableBigInteger = ColumnType<string | null, number | null, number | null>;
type Counter = ColumnType<string, number | undefined, number>;

export interface Schema {
  organisation: { id: string; name: string; created_at: Date };

  project: {
    id: string;
    organisation_id: string;
    name: string;
    /** Of the last event in the log, and of the last one of a topic; see platform/events. */
    event_sequence: Counter;
    key_revision: Counter;
    flag_revision: Counter;
    created_at: Date;
  };

  api_key: {
    id: string;
    project_id: string;
    selector: string;
    secret_hash: Buffer;
    name: string;
    role: string;
    created_at: Date;
    last_used_at: Date | null;
    expires_at: Date | null;
    revoked_at: Date | null;
    replaced_by: string | null;
  };

  flag: {
    project_id: string;
    key: string;
    version: number;
    definition: Json<unknown>;
    created_at: Date;
    updated_at: Date;
    archived_at: Date | null;
  };

  /** Each version of each flag as it was written. */
  flag_version: {
    project_id: string;
    key: string;
    version: number;
    /** Of the event that told of it. */
    sequence: BigInteger;
    action: string;
    actor_kind: string;
    actor_id: string | null;
    actor_name: string;
    reason: string | null;
    definition: Json<unknown>;
    created_at: Date;
    updated_at: Date;
    archived_at: Date | null;
  };

  event: {
    project_id: string;
    sequence: BigInteger;
    topic: string;
    data: Json<unknown>;
    created_at: Date;
  };

  idempotency_key: {
    project_id: string;
    key: string;
    operation: string;
    request_hash: string;
    response: string | null;
    created_at: Date;
  };

  exposure_batch: {
    id: string;
    project_id: string;
    received_at: Date;
    entries: number;
    rolled_up_at: Date | null;
  };

  exposure: {
    batch_id: string;
    position: number;
    project_id: string;
    flag: string;
    variant: string;
    /** 0 when the client did not say. */
    flag_version: number;
    count: number;
    first_at: Date;
    last_at: Date;
    reason: string | null;
    rule_id: string | null;
    unit: string | null;
    user_id: string | null;
    repo_id: string | null;
    task_id: string | null;
    task_type: string | null;
    agent: string | null;
    model: string | null;
  };

  exposure_hour: {
    project_id: string;
    flag: string;
    hour: Date;
    variant: string;
    flag_version: number;
    exposures: string;
    first_at: Date;
    last_at: Date;
  };

  /** Each unit once per flag, variant and version: when it was first and last exposed. */
  exposure_unit: {
    project_id: string;
    flag: string;
    variant: string;
    flag_version: number;
    unit_hash: Buffer;
    unit: string;
    first_at: Date;
    last_at: Date;
  };

  segment: {
    project_id: string;
    key: string;
    version: number;
    definition: Json<unknown>;
    created_at: Date;
    updated_at: Date;
  };

  /** Every version of every segment, deletions included. */
  segment_version: {
    project_id: string;
    key: string;
    version: number;
    /** Of the event that told of it. */
    sequence: BigInteger;
    action: string;
    actor_kind: string;
    actor_id: string | null;
    actor_name: string;
    reason: string | null;
    definition: Json<unknown>;
    created_at: Date;
    updated_at: Date;
    deleted_at: Date | null;
  };

  /** What a sticky split served first to each unit. */
  flag_assignment: {
    project_id: string;
    flag: string;
    attribute: string;
    unit_hash: Buffer;
    variant: string;
    assigned_at: Date;
  };

  /** By the name of the flag, whether there is such a flag or not. */
  flag_last_evaluation: {
    project_id: string;
    flag: string;
    last_at: Date;
  };

  /** What became of an attempt at a task. */
  outcome: {
    id: string;
    project_id: string;
    source: string;
    natural_key: Buffer | null;
    content_hash: Buffer;
    at: Date;
    received_at: Date;
    attempt: number | null;
    cost_usd: number | null;
    time_ms: number | null;
    input_tokens: NullableBigInteger;
    output_tokens: NullableBigInteger;
    cache_tokens: NullableBigInteger;
    repo_size: NullableBigInteger;
    verified: boolean | null;
    outcome: string;
    model: string;
    task_type: string | null;
    task_id: string | null;
    user_id: string | null;
    repo_id: string | null;
    language: string | null;
    complexity: string | null;
    recommendation_id: string | null;
    guidance_version: string | null;
    flags: Json<Record<string, string> | null>;
    metrics: Json<Record<string, number> | null>;
    task_text: string | null;
  };

  /** A version of a data set that runs have named: its bytes by their hash, its problems in their order. */
  eval_dataset: {
    id: string;
    project_id: string;
    name: string;
    sha256: string;
    problem_ids: Json<string[]>;
    problem_count: number;
    /** Problem id -> what it shares with others that are not independent of it. */
    clusters: Json<Record<string, string> | null>;
    /** Task type -> places of its problems. */
    task_types: Json<Record<string, number[]>>;
    created_at: Date;
  };

  /** A line on the leaderboard: what stays the same while builds, prompts and guidance change. */
  eval_subject: {
    id: string;
    project_id: string;
    key: string;
    kind: string;
    label: string;
    created_at: Date;
  };

  eval_run: {
    id: string;
    project_id: string;
    dataset_id: string;
    subject_id: string;
    /** Hash of the subject as it was asked for, commit and versions included. */
    build_id: string;
    status: string;
    purpose: string;
    parent_id: string | null;
    schedule_id: string | null;
    /** As it was asked for; inline samples are in eval_answer instead. */
    request: Json<unknown>;
    commit_id: string | null;
    flag_key: string | null;
    flag_variant: string | null;
    tags: Json<string[]>;
    is_whole: boolean;
    problem_count: number;
    samples_per_problem: number;
    sample_count: number;
    open_shards: number;
    passed: Generated<number>;
    failed: Generated<number>;
    error: Generated<number>;
    timeout: Generated<number>;
    skipped: Generated<number>;
    budget_usd: number | null;
    paid_usd: Generated<number>;
    reserved_usd: Generated<number>;
    /** Of the last live event. */
    event_seq: Generated<number>;
    manifest: Json<unknown>;
    manifest_hash: string | null;
    summary: Json<unknown>;
    failure: string | null;
    started_by: string;
    created_at: Date;
    started_at: Date | null;
    finished_at: Date | null;
  };

  /** A part of a run's plan, as large as one message works through. */
  eval_shard: {
    run_id: string;
    shard: number;
    project_id: string;
    /** Place in the plan. */
    first_sample: number;
    sample_count: number;
    is_done: Generated<boolean>;
    /** Who works on it, and until when nobody else does. */
    lease_owner: string | null;
    lease_until: Date | null;
    /** What its asks in flight could come to. */
    reserved_usd: Generated<number>;
  };

  /** What a subject answered: kept before it is graded, so that nothing paid is asked twice. */
  eval_answer: {
    run_id: string;
    /** Place in the data set's list. */
    problem: number;
    sample: number;
    project_id: string;
    kind: string;
    text: string;
    usage: Json<unknown>;
    cost_usd: number | null;
    solve_ms: number;
    sha256: string;
    reused: Generated<boolean>;
    transcript: Json<{ request: string; response: string } | null>;
  };

  eval_result: {
    run_id: string;
    problem: number;
    sample: number;
    project_id: string;
    status: string;
    detail: string | null;
    time_ms: number;
    grade_ms: number | null;
    cost_usd: number | null;
    input_tokens: number | null;
    output_tokens: number | null;
    answer_sha256: string | null;
    weaker: Generated<boolean>;
    reused: Generated<boolean>;
  };

  /** What live connections are sent. */
  eval_event: {
    run_id: string;
    seq: number;
    project_id: string;
    type: string;
    data: Json<unknown>;
    created_at: Date;
  };
}
