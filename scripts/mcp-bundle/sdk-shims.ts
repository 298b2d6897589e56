/** What the MCP SDK takes from the platform it runs on; its own version for Node brings AJV, a third of the bundle. */
export { default as process } from 'node:process';

/** Stands where the SDK's default validator would; `mcpServer` passes its own, so that this one is never made. */
export class DefaultJsonSchemaValidator {
  constructor() {
    throw new Error('the bundle has no JSON Schema validator; pass `jsonSchemaValidator`');
  }
}
