import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** JSON kept as text (`json`, not `jsonb`), so that a document comes back with its members in the order they were sent. */
type Json<T> = ColumnType<T, JsonWrite<T>, JsonWrite<T>>;
type JsonWrite<T> = string | (null extends T ? null : never);

/** `pg` gives 64-bit integers as text. Ours count changes, which JavaScript's numbers do without loss. */
type BigInteger = ColumnType<string, number, number>;
type NullableBigInteger = ColumnType<string | null, number | null, number | null>;
type Counter = ColumnType<string, number | undefined, number>;

/** Of shared/src/portfolio/amounts.ts: how many, their sum, and bucket -> count. */
interface AmountsRow {
  n: number;
  sum: number;
  buckets: [bucket: number, count: number][];
}

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
    portfolio_revision: Counter;
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
    corrected_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  };

  /** Outcomes that no cell has counted yet. */
  outcome_pending: {
    outcome_id: string;
    project_id: string;
    /** What has been counted of it, where it was corrected since. */
    was: Json<unknown>;
  };

  portfolio_cell: {
    project_id: string;
    origin: string;
    epoch: number;
    level: string;
    key: string;
    model: string;
    n: number;
    solved: number;
    cost: Json<AmountsRow>;
    time: Json<AmountsRow>;
  };

  portfolio_rescue: {
    project_id: string;
    failed: string;
    /** Empty where one model has failed. */
    failed_second: string;
    model: string;
    n: number;
    solved: number;
    cost_n: number;
    cost_sum: number;
  };

  portfolio_state: {
    project_id: string;
    version: BigInteger;
    data_at: Date | null;
    epochs: Json<unknown>;
    drift: Json<unknown>;
    rebuild_wanted_at: Date | null;
    /** Who makes the cells again, and how long that is believed. */
    rebuild_owner: string | null;
    rebuild_until: Date | null;
    rebuilt_at: Date | null;
    /** Model -> the catalogue's price it was last seen with, as words. */
    prices: Json<unknown>;
    /** Of the counts that portfolio_pool has. */
    pooled_version: NullableBigInteger;
  };

  portfolio_settings: {
    project_id: string;
    version: number;
    settings: Json<unknown>;
    pool: string;
    updated_at: Date;
  };

  /** Many recommendations that were written down together, see the migration. */
  portfolio_recommendation: {
    project_id: string;
    id: string;
    from_at: Date;
    to_at: Date;
    made: number;
    offline: number;
    explored: number;
    explored_usd: number;
    /** How many a trial's lot chose the model of. */
    drawn: number;
    answers: Json<unknown>;
    entries: Json<unknown>;
  };

  /** Recommendations that were made without the cloud. */
  portfolio_told: {
    project_id: string;
    id: string;
    at: Date;
  };

  portfolio_trial: {
    id: string;
    project_id: string;
    challenger: string;
    incumbent: string;
    started_at: Date;
    state: Json<unknown>;
    verdict: string;
    decided_at: Date | null;
  };

  portfolio_method: {
    project_id: string;
    measured_at: Date;
    used: string;
    shrinkage: number;
    result: Json<unknown>;
  };

  /** Read through portfolio_pool_for_project alone. */
  portfolio_pool: {
    project_id: string;
    organisation_id: string;
    with_everyone: boolean;
    level: string;
    key: string;
    model: string;
    n: number;
    solved: number;
    cost: Json<AmountsRow>;
    time: Json<AmountsRow>;
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
    /** As it stands in the manifest, which is made when the first shard begins. */
    subject_manifest: Json<unknown>;
    commit_id: string | null;
    flag_key: string | null;
    flag_variant: string | null;
    tags: Json<string[]>;
    is_whole: boolean;
    problem_count: number;
    samples_per_problem: number;
    sample_count: number;
    open_shards: number;
    /** Shards under way at a time. */
    lanes: Generated<number>;
    passed: Generated<number>;
    failed: Generated<number>;
    error: Generated<number>;
    timeout: Generated<number>;
    skipped: Generated<number>;
    budget_usd: number | null;
    /** What it could come to at most, when it was started; null when no price is known. */
    worst_case_usd: number | null;
    paid_usd: Generated<number>;
    /** What asks in flight could come to, and what those came to of which nobody will know. */
    reserved_usd: Generated<number>;
    /** An ask did not fit into the budget any more: none starts. */
    is_spent: Generated<boolean>;
    /** Of the last live event. */
    event_seq: Generated<number>;
    manifest: Json<unknown>;
    manifest_hash: string | null;
    summary: Json<unknown>;
    failure: string | null;
    started_by: string;
    /** Of the key that started it; null: the product itself, or what an editor wrote. */
    started_role: string | null;
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
    /** Place of the problem and number of the sample, in the order they are done. */
    samples: Json<[problem: number, sample: number][]>;
    /** A message for it is under way; those of a run are sent a few at a time. */
    is_sent: Generated<boolean>;
    is_done: Generated<boolean>;
    /** What had trouble of ours was tried once more. */
    errors_retried: Generated<boolean>;
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

  webhook: {
    id: string;
    project_id: string;
    url: string;
    /** None: all. */
    events: Json<string[]>;
    description: string | null;
    enabled: Generated<boolean>;
    /** Why the server turned it off. */
    disabled_reason: string | null;
    secret: string;
    /** Deliveries that were given up since the last one that arrived. */
    failures_in_row: Generated<number>;
    /** Attempts without an answer since the last that had one. */
    silent_in_row: Generated<number>;
    /** Not called before, since it did not answer. */
    resting_until: Date | null;
    /** Of the last attempt. */
    last_at: Date | null;
    last_status: number | null;
    last_problem: string | null;
    created_at: Date;
  };

  webhook_delivery: {
    id: string;
    project_id: string;
    webhook_id: string;
    event: string;
    /** As it is signed; null once it has arrived. */
    body: string | null;
    state: Generated<string>;
    attempts: Generated<number>;
    /** When the next attempt is due. */
    next_at: Date;
    status: number | null;
    problem: string | null;
    created_at: Date;
    delivered_at: Date | null;
  };

  /** Opens the live events of a run once, for who can send no header. */
  eval_ticket: {
    ticket_hash: Buffer;
    project_id: string;
    run_id: string;
    /** Of the key that asked for it. */
    selector: string;
    expires_at: Date;
  };

  /** One outcome of real agent work. */
  eval_submission: {
    id: string;
    project_id: string;
    /** When it ended, as far as that can be believed. */
    at: Date;
    received_at: Date;
    task_id: string | null;
    model: string;
    problem: string;
    task_type: string | null;
    passed: boolean;
    cost_usd: number | null;
    time_ms: number | null;
    commit_id: string | null;
    user_id: string | null;
    repo_id: string | null;
    flags: Json<Record<string, string> | null>;
    guidance_version: string | null;
    code: Json<unknown>;
  };

  /** What a counted run added to its subject's line on a leaderboard, and what all of the line came to with it. */
  eval_standing: {
    /** The run may be gone. */
    run_id: string;
    /** '' for all problems. */
    task_type: string;
    project_id: string;
    dataset_id: string;
    subject_id: string;
    /** Order within the line. */
    seq: number;
    at: Date;
    /** How often it was written anew, because a run of the line ended again. */
    revision: Generated<number>;
    build_id: string;
    commit_id: string | null;
    passed: number;
    failed: number;
    error: number;
    timeout: number;
    skipped: number;
    /** How many independent samples say as much about the pass rate. */
    effective_n: number;
    answered: number;
    /** Of the answered, those whose price is not known. */
    unpriced: number;
    cost_usd: number;
    /** Against the run before it in the line. */
    change_points: number | null;
    change_p: number | null;
    /** Passed and graded samples of each problem; see problem-sums.ts. */
    own_problems: Buffer;
    /** Of graded samples; see time-histogram.ts. */
    own_times: Buffer;
    total_problems: Buffer;
    total_times: Buffer;
  };

  /** What others claim. */
  published_result: {
    id: string;
    project_id: string;
    source: string;
    source_url: string | null;
    licence: string | null;
    dataset: string;
    model: string;
    metric: string;
    rate: number;
    n: number | null;
    cost_usd: number | null;
    date: string | null;
    recomputed_rate: number | null;
    imported_at: Date;
  };

  eval_regression: {
    id: string;
    project_id: string;
    dataset_id: string;
    subject_id: string;
    found: string;
    state: string;
    severity: string | null;
    reason: string | null;
    before_run_id: string;
    after_run_id: string;
    before_rerun_id: string | null;
    after_rerun_id: string | null;
    suspicion: Json<unknown>;
    evidence: Json<object | null>;
    flag_key: string | null;
    flag_variant: string | null;
    /** Since when the flag may have been rolled back for it. */
    rollback_claimed_at: Date | null;
    rollback: Json<object | null>;
    acknowledged: Json<object | null>;
    muted_until: Date | null;
    assignee: string | null;
    created_at: Date;
    updated_at: Date;
  };

  eval_regression_entry: {
    id: GeneratedAlways<string>;
    regression_id: string;
    project_id: string;
    at: Date;
    by: string;
    what: string;
  };

  eval_bisect: {
    id: string;
    project_id: string;
    status: string;
    request: Json<unknown>;
    /** In their order, from the good one to the bad one. */
    candidates: Json<unknown>;
    /** Ids of those that are run at each step; null until the scan has found them. */
    problems: Json<string[] | null>;
    max_runs: number;
    /** The last step before it was gone on with; what went wrong until then is forgiven. */
    resumed_after: Generated<number>;
    answer: Json<unknown>;
    failure: string | null;
    regression_id: string | null;
    started_by: string;
    created_at: Date;
    updated_at: Date;
  };

  /** What the first look at a run found; without a baseline it found nothing to compare with. */
  eval_run_check: {
    run_id: string;
    project_id: string;
    baseline_run_id: string | null;
    drop_points: number | null;
    p: number | null;
    checked_at: Date;
  };

  eval_settings: { project_id: string; settings: Json<unknown>; updated_at: Date };

  eval_schedule: {
    id: string;
    project_id: string;
    name: string;
    cron: string;
    time_zone: string;
    run: Json<unknown>;
    enabled: boolean;
    /** Grows with every change: messages of an older one do nothing. */
    generation: number;
    next_at: Date | null;
    last_run_id: string | null;
    last_problem: string | null;
    created_at: Date;
    updated_at: Date;
  };

  /** A version of a data set of tasks that a project registered. */
  eval_task_set: {
    project_id: string;
    name: string;
    /** As the harness computes it for the data set. */
    sha256: string;
    /** Of all files, bundles included. */
    files_sha256: string;
    task_count: number;
    bytes: number;
    /** Task -> path -> content. */
    tasks: Json<Record<string, Record<string, string>>>;
    is_current: boolean;
    created_at: Date;
  };

  /** A step is one run of evals. */
  eval_bisect_step: {
    bisect_id: string;
    number: number;
    project_id: string;
    phase: string;
    candidate: number;
    run_id: string;
    budget_usd: number | null;
    /** Null while the run is under way. */
    verdict: string | null;
    posterior: Json<number[] | null>;
  };

  /** Documentation of a version of a library; without a project it is the public corpus. Seen once `ready_at` is set. */
  knowledge_version: {
    id: string;
    project_id: string | null;
    library: string;
    version: string;
    provenance: string;
    source: Json<unknown>;
    title: string;
    /** Names its content, and the segments that are searched. */
    stamp: string | null;
    /** That all of its pages were taken in; null where nobody can tell by it that nothing has changed. */
    source_state: string | null;
    pages: Generated<number>;
    stale_pages: Generated<number>;
    chunks: Generated<number>;
    symbols: Generated<number>;
    coverage: Json<{ expected: number; found: number; missing: string[] } | null>;
    created_at: Date;
    ready_at: Date | null;
    checked_at: Date | null;
  };

  /** Each text once; those that pages had before too. */
  knowledge_text: {
    project_id: string | null;
    version_id: string;
    content_hash: string;
    text: string;
    warnings: Json<string[]>;
    /** Declarations in it, as its source told them. */
    symbols: Json<unknown[]>;
    /** No page has it any more since. */
    replaced_at: Date | null;
  };

  /** What an ingest under way has taken: seen by nobody until all of it is there. */
  knowledge_taken: {
    project_id: string | null;
    version_id: string;
    path: string;
    ingest_id: string;
    url: string;
    title: string;
    content_hash: string;
    lines: number;
    etag: string | null;
    last_modified: string | null;
    /** Where to go on from it, for a run that takes up an unfinished one. */
    leads_to: Json<string[]>;
    taken_at: Date;
  };

  /** Who had an ingest started, for the budget of a day. */
  knowledge_asked: {
    project_id: string;
    ingest_id: string;
    at: Date;
  };

  knowledge_page: {
    project_id: string | null;
    version_id: string;
    path: string;
    url: string;
    title: string;
    content_hash: string;
    lines: number;
    etag: string | null;
    last_modified: string | null;
    changed_at: Date;
    seen_at: Date;
    /** Gone from its source since. */
    stale_since: Date | null;
  };

  /** A piece of a packed segment, never changed. */
  knowledge_segment: {
    project_id: string | null;
    version_id: string;
    stamp: string;
    part: number;
    parts: number;
    packed: Buffer;
  };

  /** How far the vectors of a version are in a space; see the migration. */
  knowledge_vectors: {
    project_id: string | null;
    version_id: string;
    space: string;
    /** With whom they lie. */
    engine: string;
    /** Of the content that they are whole for. */
    stamp: string | null;
    vectors: Generated<number>;
    failure: string | null;
    attempts: Generated<number>;
    beat_at: Date | null;
    ready_at: Date | null;
  };

  /** A passage whose vector lies with the vectors port. */
  knowledge_embedded: {
    project_id: string | null;
    version_id: string;
    space: string;
    hash: string;
    /** Is being taken away: nobody knows whether it lies there still. */
    leaving: Generated<boolean>;
  };

  /** A vector that was paid for: float32, little-endian. */
  knowledge_embedding: {
    project_id: string | null;
    space: string;
    hash: string;
    vector: Buffer;
    used_at: Date;
  };

  knowledge_ingest: {
    id: string;
    project_id: string | null;
    version_id: string | null;
    source_id: string | null;
    library: string;
    version: string;
    source: Json<unknown>;
    status: string;
    /** In words. */
    step: string;
    pages_done: Generated<number>;
    pages_expected: number | null;
    pages_unchanged: Generated<number>;
    chunks: Generated<number>;
    symbols: Generated<number>;
    skipped: Json<{ path: string; why: string }[]>;
    failure: string | null;
    /** Times that somebody took it up; the last one holds it. */
    attempts: Generated<number>;
    created_at: Date;
    started_at: Date | null;
    beat_at: Date | null;
    ended_at: Date | null;
  };

  knowledge_source: {
    id: string;
    project_id: string;
    library: string;
    version: string | null;
    source: Json<unknown>;
    refresh: string;
    created_at: Date;
    next_at: Date | null;
  };

  /** What was handed out by citation, and how often. */
  knowledge_served: {
    project_id: string;
    citation_id: string;
    version_id: string;
    library: string;
    version: string;
    path: string;
    start_line: number;
    end_line: number;
    content_hash: string;
    served: number;
    first_at: Date;
    last_at: Date;
  };

  /** How many citations were served (`verdict` is `served`) and how those that were checked came out, by day. */
  knowledge_checked: {
    project_id: string;
    day: string;
    library: string;
    version: string;
    verdict: string;
    n: number;
  };

  /** One correction as it was told, and what reviewers decided; nothing was read out of it yet while `read_at` is null. */
  feedback: {
    id: string;
    project_id: string;
    /** Counts changes by reviewers. */
    version: Generated<number>;
    task_id: string;
    task_type: string | null;
    kind: string;
    language: string | null;
    repo_id: string | null;
    user_id: string | null;
    model: string | null;
    flags: Json<Record<string, string> | null>;
    guidance_version: string | null;
    comment: string | null;
    original: Json<unknown>;
    corrected: Json<unknown>;
    files: Json<string[]>;
    added: Generated<number>;
    removed: Generated<number>;
    warnings: Json<string[]>;
    problem: string | null;
    triage: string | null;
    /** Absent: by reading it. */
    triaged_by: string | null;
    detectors: Json<string[]>;
    failure: string | null;
    status: Generated<string>;
    labels: Json<string[]>;
    assignee: string | null;
    locked_by: string | null;
    locked_until: Date | null;
    note: string | null;
    reviewed_by: string | null;
    reviewed_at: Date | null;
    corrected_at: Date;
    received_at: Date;
    read_at: Date | null;
    read_edition: number | null;
    /** Read, and not rejected: it is in the sums. */
    is_counted: Generated<boolean>;
  };

  feedback_hunk: {
    id: string;
    project_id: string;
    feedback_id: string;
    /** Within the correction. */
    place: number;
    file: string;
    language: string | null;
    verdict: string;
    start_line: number | null;
    end_line: number | null;
    before: string;
    after: string;
    /** Code of the agent around it that was left alone. */
    context: string | null;
    triage: string | null;
    detectors: Json<string[]>;
  };

  feedback_survival: {
    id: string;
    project_id: string;
    session: string;
    agent: string | null;
    task_id: string | null;
    task_type: string | null;
    language: string | null;
    repo_id: string | null;
    user_id: string | null;
    model: string | null;
    flags: Json<Record<string, string> | null>;
    guidance_version: string | null;
    /** By verdict. */
    lines: Json<Record<string, number>>;
    agent_lines: number;
    /** Of these, by a person. */
    changed_lines: number;
    /** The hooks saw every write. */
    covered: boolean;
    at: Date;
    received_at: Date;
  };

  /** How often a detector or template could have applied in a correction, and did. */
  feedback_occurrence: {
    project_id: string;
    feedback_id: string;
    kind: string;
    key: string;
    language: string;
    changed: number;
    survived: number;
    /** Where it could have been applied, some of them. */
    left_at: Json<{ path: string; line: number }[]>;
  };

  feedback_pattern: {
    id: string;
    project_id: string;
    kind: string;
    key: string;
    /** Empty: of all, as with the type of task. */
    language: string;
    task_type: string;
    title: string;
    template: Json<{ before: string; after: string } | null>;
    failure: string | null;
    guidance: string | null;
    figures: Json<unknown>;
    is_pattern: boolean;
    rank: number;
    first_at: Date;
    last_at: Date;
    learned_at: Date;
    retired_at: Date | null;
  };

  feedback_pattern_hunk: { project_id: string; pattern_id: string; hunk_id: string };

  feedback_place: {
    project_id: string;
    feedback_id: string;
    language: string;
    /** By key of the outline, how many. */
    places: Json<Record<string, number>>;
    lines_changed: number;
    lines_left: number;
  };

  /** A change in the form in which others are like it. */
  feedback_edit: {
    project_id: string;
    feedback_id: string;
    place: number;
    hunk_id: string;
    shape: string;
    file: string;
    /** Keys of outlines, and how many places of the correction have them and were left. */
    coarse: string;
    coarse_left: number;
    fine: string | null;
    fine_left: number;
  };

  feedback_shape: {
    project_id: string;
    hash: string;
    language: string;
    bucket: string;
    form: Json<unknown>;
    seen_at: Date;
    template: string | null;
  };

  feedback_template: {
    project_id: string;
    key: string;
    language: string;
    bucket: string;
    /** Key of the outline of places that it is counted in. */
    place: string;
    before: string;
    after: string;
    title: string;
    rule: string | null;
  };

  /** Sums over corrections that are counted, by what they have in common. */
  feedback_tally: {
    project_id: string;
    language: string;
    key: string;
    /** Names the three that follow. */
    circle: string;
    task_type: string | null;
    model: string | null;
    repo_id: string | null;
    clusters: number;
    n: number;
    changed: number;
    nn: number;
    changed_changed: number;
    changed_n: number;
  };

  /** To be counted again. */
  feedback_touched: { project_id: string; kind: string; key: string; language: string };

  feedback_learning: { project_id: string; learned_at: Date | null };

  guidance: {
    project_id: string;
    /** `g<number>` is its name. */
    number: number;
    title: string | null;
    parent: number | null;
    content_hash: string;
    tokens: number;
    rules: Json<unknown>;
    status: string;
    flag_key: string | null;
    flag_variant: string | null;
    created_by: string;
    created_at: Date;
    ended_reason: string | null;
  };

  /** One trial of a version against the one without. */
  guidance_gate: {
    id: string;
    project_id: string;
    number: number;
    decision: string;
    reason: string;
    request: Json<unknown>;
    plan: Json<unknown>;
    without_run: string | null;
    with_run: string | null;
    result: Json<unknown>;
    started_by: string;
    started_at: Date;
    ended_at: Date | null;
  };
}
