import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type InputRequests,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { randomBytes } from 'node:crypto';
import { defaults, enums, form, textForm } from './forms.ts';
import { answer, fixture, text } from './fixture.ts';

const codec = createRequestStateCodec({ key: randomBytes(32) });

const confirmation = form('Please confirm', {
  type: 'object',
  properties: { ok: { type: 'boolean' } },
  required: ['ok'],
});
const sampling = (prompt: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: text(prompt) }], maxTokens });

/** Asks until every question has its answer, then answers with what it was told. */
async function asking({ mcpReq }: ServerContext, inputRequests: InputRequests, requestState?: string) {
  const told = Object.keys(inputRequests).map((key) => inputResponse(mcpReq.inputResponses, key));
  if (told.every(({ kind }) => kind !== 'missing')) return answer(text(JSON.stringify(told)));
  return inputRequired({ inputRequests, ...(requestState !== undefined && { requestState }) });
}

/** What we sealed in the round before; nothing in the first. */
async function stateOf(request: ServerContext): Promise<unknown> {
  const sealed = request.mcpReq.requestState<string>();
  if (sealed === undefined) return undefined;
  try {
    return await codec.verify(sealed, request);
  } catch {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'requestState: not as it was sent');
  }
}

/** Takes answers only together with a state that nobody has changed. */
async function askingWithState(request: ServerContext, inputRequests: InputRequests) {
  const state = await stateOf(request);
  const result = await asking(request, inputRequests, await codec.mint('asked'));
  return state === undefined || 'inputRequests' in result
    ? result
    : answer(text('state-ok'), ...(result.content as []));
}

const prompted = (property: string) => ({
  type: 'object' as const,
  properties: { [property]: { type: 'string' } },
  required: [property],
});

/**
 * Tools that need something of the user or the model. Each says so by its result; to a client that shook hands, the SDK
 * puts the same questions as requests of its own.
 */
export const askingTools = [
  fixture(
    'test_sampling',
    ({ prompt }, request) => asking(request, { reply: sampling(String(prompt), 100) }),
    prompted('prompt'),
  ),
  fixture(
    'test_elicitation',
    ({ message }, request) => asking(request, { user: textForm(String(message), 'username', 'email') }),
    prompted('message'),
  ),
  fixture('test_elicitation_sep1034_defaults', (_sent, request) => asking(request, { form: form('Check', defaults) })),
  fixture('test_elicitation_sep1330_enums', (_sent, request) => asking(request, { form: form('Choose', enums) })),
  fixture('test_missing_capability', (_sent, request) => asking(request, { reply: sampling('Anybody there?', 10) })),
  fixture('test_streaming_elicitation', (_sent, request) => asking(request, { user: textForm('Who?', 'name') })),

  fixture('test_input_required_result_elicitation', async (_sent, request) => {
    const told = acceptedContent(request.mcpReq.inputResponses, 'user_name');
    if (typeof told?.['name'] === 'string') return answer(text(`Hello, ${told['name']}!`));
    return inputRequired({ inputRequests: { user_name: textForm('What is your name?', 'name') } });
  }),
  fixture('test_input_required_result_sampling', (_sent, request) =>
    asking(request, { capital_question: sampling('What is the capital of France?', 100) }),
  ),
  fixture('test_input_required_result_list_roots', (_sent, request) =>
    asking(request, { client_roots: inputRequired.listRoots() }),
  ),
  fixture('test_input_required_result_request_state', (_sent, request) =>
    askingWithState(request, { confirm: confirmation }),
  ),
  fixture('test_input_required_result_tampered_state', (_sent, request) =>
    askingWithState(request, { confirm: confirmation }),
  ),
  fixture('test_input_required_result_multiple_inputs', (_sent, request) =>
    askingWithState(request, {
      user_name: textForm('What is your name?', 'name'),
      greeting: sampling('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    }),
  ),
  fixture('test_input_required_result_multi_round', async (_sent, request) => {
    const round = (await stateOf(request)) ?? 0;
    if (round === 2) return answer(text('two answers, one result'));
    const question = round === 0 ? textForm('What is your name?', 'name') : textForm('Which color?', 'color');
    const requestState = await codec.mint(round === 0 ? 1 : 2);
    return inputRequired({ inputRequests: { [round === 0 ? 'step1' : 'step2']: question }, requestState });
  }),
  fixture('test_input_required_result_capabilities', (_sent, request) => {
    const envelope = request.mcpReq.envelope as Record<string, object> | undefined;
    const able = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
    return inputRequired({
      inputRequests: {
        ...('sampling' in able && { reply: sampling('Anybody there?', 10) }),
        ...('elicitation' in able && { user: textForm('Who?', 'name') }),
      },
    });
  }),
];
