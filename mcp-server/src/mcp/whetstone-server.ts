import { resources, watchResources } from '../resources/index.ts';
import { tools } from '../tools/index.ts';
import type { FlagChanging } from '../offline/flag-changing.ts';
import type { ToolContext } from '../tools/tool.ts';
import { mcpServer } from './server.ts';
import { wireTool } from './wire-tool.ts';

export const instructions =
  'Whetstone says whether a prompt, model, tool or feature is switched on for this user and repository: call evaluate_flag before using one that may be. ' +
  'Every answer says how fresh it is; when degradedReason is present, tell the user, and call whetstone_status for more. ' +
  'whetstone://flags/{key} shows a flag with its rules. ' +
  'recommend_model says which model to take for a task and why; tell record_outcome what came of it. ' +
  'get_guidance and get_examples say what people taught by correcting such work: ask before you begin; tell capture_feedback what they change. ' +
  'search_docs answers from the docs of the version in the lockfile; cite [ws:ID], check by verify_citations. ' +
  'get_leaderboard says which model does best and how sure that is; run_eval measures one, get_eval_run follows it.';

/** A client that does not say where it works is not waited for. */
const rootsMs = 1_000;

interface Surroundings {
  era: 'legacy' | 'modern';
  ctx: ToolContext;
  /** The client has its tools: the moment to begin with what answers will need. */
  onListed: () => void;
  onBug: (error: unknown) => void;
}

const adminInstructions =
  ' Tools that change flags answer a dry run first: show its diff and who moves to the user, and confirm only what they agree to.';

/** For a key that may not, they are not there; while nobody can say, they are, and the cloud decides. */
const toolsToChange =
  (ctx: ToolContext, { mayChange }: FlagChanging) =>
  async () => {
    if ((await mayChange()) === false) return [];
    // In a file of its own: few ask for them.
    const { adminTools } = await import('../tools/admin/index.ts');
    return adminTools.map((tool) => wireTool(tool, ctx));
  };

/** What whetstone-mcp serves. */
export function whetstoneServer({ era, ctx: given, onListed, onBug }: Surroundings) {
  // Only a client of the older protocol can be asked, and only one that says it has an answer.
  const roots = async () => server.getClientCapabilities()?.roots && server.listRoots(undefined, { timeout: rootsMs });
  const ctx: ToolContext = { ...given, roots };
  const server = mcpServer({
    era,
    info: { name: 'whetstone', title: 'Whetstone', version: ctx.version },
    instructions: ctx.changing ? instructions + adminInstructions : instructions,
    tools: tools.map((tool) => wireTool(tool, ctx)),
    moreTools: ctx.changing && toolsToChange(ctx, ctx.changing),
    resources,
    watch: watchResources,
    ctx,
    onListed,
    onBug,
  });
  return server;
}
