import { setTimeout as sleep } from 'node:timers/promises';
import { answer, fixture, png, text, wav } from './fixture.ts';

const image = { type: 'image', data: png, mimeType: 'image/png' } as const;

/** Of the suite: `json-schema-2020-12`. Every keyword must come out of tools/list as it went in. */
const richSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // eslint-disable-next-line unicorn/no-thenable
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

/** Tools that answer, in every kind of content and with every kind of word in between. */
export const contentTools = [
  fixture('test_simple_text', () => answer(text('This is a simple text response for testing.'))),
  fixture('test_image_content', () => answer(image)),
  fixture('test_audio_content', () => answer({ type: 'audio', data: wav, mimeType: 'audio/wav' })),
  fixture('test_embedded_resource', () =>
    answer({
      type: 'resource',
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    }),
  ),
  fixture('test_multiple_content_types', () =>
    answer(text('Multiple content types test:'), image, {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}',
      },
    }),
  ),
  fixture('test_error_handling', () => ({
    ...answer(text('This tool intentionally returns an error for testing')),
    isError: true,
  })),
  fixture('test_tool_with_logging', async (_sent, { mcpReq }) => {
    await mcpReq.log('info', 'Tool execution started');
    await sleep(50);
    await mcpReq.log('info', 'Tool processing data');
    await sleep(50);
    await mcpReq.log('info', 'Tool execution completed');
    return answer(text('said three things'));
  }),
  fixture('test_logging_tool', async (_sent, { mcpReq }) => {
    await mcpReq.log('info', 'only for those who asked');
    return answer(text('logged'));
  }),
  fixture('test_tool_with_progress', async (_sent, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
      }
      await sleep(50);
    }
    return answer(text('went all the way'));
  }),
  fixture('json_schema_2020_12_tool', (sent) => answer(text(JSON.stringify(sent))), richSchema),
];
