/** The revision in an id of ours, which is the text of the ruleset's ETag; undefined for any other, another project's too. */
export function revisionIn(lastEventId: string | undefined, projectId: string): number | undefined {
  const [, revision] = /\.(\d{1,15})$/.exec(lastEventId ?? '') ?? [];
  return revision !== undefined && lastEventId === `${projectId}.${revision}` ? Number(revision) : undefined;
}
