import { acceptedContent, inputRequired, type PromptMessage, type Server } from '@modelcontextprotocol/server';
import { png, text } from './fixture.ts';
import { textForm } from './forms.ts';

const argument = (name: string) => ({ name, description: `Any text: ${name}`, required: true });
const said = (...contents: PromptMessage['content'][]) => ({
  messages: contents.map((content) => ({ role: 'user' as const, content })),
});

const prompts = [
  { name: 'test_simple_prompt' },
  { name: 'test_prompt_with_arguments', arguments: [argument('arg1'), argument('arg2')] },
  { name: 'test_prompt_with_embedded_resource', arguments: [argument('resourceUri')] },
  { name: 'test_prompt_with_image' },
  { name: 'test_input_required_result_prompt' },
].map((prompt) => ({ ...prompt, description: `Fixture of the conformance suite: ${prompt.name}` }));

/** Whetstone has no prompts; the suite wants some, so these are put on the adapter's server from outside. */
export function addPrompts(server: Server) {
  server.registerCapabilities({ prompts: {} });
  server.setRequestHandler('prompts/list', () => ({ prompts }));
  server.setRequestHandler('prompts/get', ({ params }, { mcpReq }) => {
    const { arg1, arg2, resourceUri = '' } = params.arguments ?? {};
    switch (params.name) {
      case 'test_prompt_with_arguments':
        return said(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`));
      case 'test_prompt_with_embedded_resource': {
        const resource = { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' };
        return said({ type: 'resource', resource }, text('Please process the embedded resource above.'));
      }
      case 'test_prompt_with_image':
        return said({ type: 'image', data: png, mimeType: 'image/png' }, text('Please analyze the image above.'));
      case 'test_input_required_result_prompt': {
        const told = acceptedContent(mcpReq.inputResponses, 'user_context');
        if (told) return said(text(`In the context of ${JSON.stringify(told)}`));
        return inputRequired({
          inputRequests: { user_context: textForm('What context should the prompt use?', 'context') },
        });
      }
      default:
        return said(text('This is a simple prompt for testing.'));
    }
  });
}
