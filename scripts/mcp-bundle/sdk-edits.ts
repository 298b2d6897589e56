import { readFile } from 'node:fs/promises';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

interface SdkEdit {
  file: RegExp;
  from: string;
  to: string;
}

/** The SDK fills a table of all its schemas, those of OAuth included, for users of its `isSpecType`: not us. */
const withoutTableOfTypes: SdkEdit[] = [
  'for (const key of SPEC_SCHEMA_KEYS) register(key, schemas_exports[key]);\n',
  'for (const [key, schema] of Object.entries(authSchemas)) register(key, schema);\n',
].map((from) => ({ file: /\/src-[^/]+\.mjs$/, from, to: '' }));

/** The high-level class brings what makes JSON Schemas of zod's, and more; ours is the low-level one. */
const withoutMcpServer: SdkEdit[] = [
  { file: /\/stdio\.mjs$/, from: 'product instanceof McpServer ? product.server : product', to: 'product' },
];

/**
 * It asks five times of every call by a whole schema what kind of message it is. What comes in has passed `readMessage`, what
 * goes out is the SDK's own: the members tell.
 */
const plainGuards: SdkEdit[] = [
  ['JSONRPCRequest', `typeof value.method === 'string' && 'id' in value`],
  ['JSONRPCNotification', `typeof value.method === 'string' && !('id' in value)`],
  ['JSONRPCResultResponse', `'result' in value && value.method === undefined`],
  ['JSONRPCErrorResponse', `'error' in value && value.method === undefined`],
].map(([name, test]) => ({
  file: /\/src-[^/]+\.mjs$/,
  from: `const is${name} = (value) => ${name}Schema.safeParse(value).success;`,
  to: `const is${name} = (value) => ${test};`,
}));

/**
 * The schema of a handshake describes everything that any client may be able to do, and takes longer to make than all else
 * before the list of tools. The server looks at three members.
 */
const plainHandshake: SdkEdit[] = [
  {
    file: /\/mcp-[^/]+\.mjs$/,
    from: 'this.setRequestHandler("initialize", (request) => this._oninitialize(request));',
    to: `this._requestHandlers.set("initialize", async (request) => {
      const { protocolVersion, capabilities, clientInfo } = request.params ?? {};
      const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
      const fault = typeof protocolVersion !== "string" ? "protocolVersion: expected text"
        : !isObject(capabilities) ? "capabilities: expected an object"
        : !isObject(clientInfo) || typeof clientInfo.name !== "string" || typeof clientInfo.version !== "string"
          ? "clientInfo: expected an object with name and version" : undefined;
      if (fault) throw new ProtocolError(ProtocolErrorCode.InvalidParams, fault);
      return this._oninitialize(request);
    });`,
  },
];

/** Levels of log messages, which the server does not send. */
const withoutLogLevels: SdkEdit[] = [
  {
    file: /\/mcp-[^/]+\.mjs$/,
    from: 'new Map(LoggingLevelSchema.options.map((level, index) => [level, index]))',
    to: 'new Map()',
  },
];

/** A call is held against its schema a second time, and its result against one; the tests hold every result to the tool's. */
const oneCheckPerCall: SdkEdit[] = [
  {
    file: /\/src-[^/]+\.mjs$/,
    from: 'let outcome = dispatchCodec.validateRequest(method, request);',
    to: `let outcome = method === "tools/call" ? { ok: true, value: request } : dispatchCodec.validateRequest(method, request);`,
  },
  {
    file: /\/mcp-[^/]+\.mjs$/,
    from: 'codec.validateResult("tools/call", normalizedResult)',
    to: '{ ok: true, value: normalizedResult }',
  },
];

/** What serves HTTP, and the SDK's own transport: nobody refers to them, but their making has effects as far as esbuild knows. */
const withoutOtherTransports: SdkEdit[] = [
  { file: /\/stdio\.mjs$/, from: 'options.transport ?? new StdioServerTransport()', to: 'options.transport' },
  { file: /\/mcp-[^/]+\.mjs$/, from: 'static {\n\t\treadClassification = ', to: 'static classificationOf() {\n\t\t' },
  { file: /\/mcp-[^/]+\.mjs$/, from: 'perRequestClassificationOf(transport)?.revision', to: 'undefined' },
  {
    file: /\/src-[^/]+\.mjs$/,
    from: 'const INBOUND_VALIDATION_LADDER = [',
    to: 'const INBOUND_VALIDATION_LADDER = () => [',
  },
  { file: /\/src-[^/]+\.mjs$/, from: '__toESM(require_content_type(), 1)', to: 'undefined' },
];

/** What asks clients of the old era for input; none of our tools does. */
const withoutInputShim: SdkEdit[] = [
  {
    file: /\/mcp-[^/]+\.mjs$/,
    from: 'this._legacyShim ??= new LegacyInputRequiredShim(',
    to: 'this._legacyShim ??= Object(',
  },
];

const edits = [
  ...withoutTableOfTypes,
  ...withoutMcpServer,
  ...withoutOtherTransports,
  ...withoutInputShim,
  ...plainGuards,
  ...plainHandshake,
  ...withoutLogLevels,
  ...oneCheckPerCall,
];

/** Takes out of the MCP SDK what a server on stdio pays for and has no use for. A change of the SDK ends the build. */
export const sdkEdits: Plugin = {
  name: 'sdk-edits',
  setup({ onLoad }) {
    onLoad({ filter: /@modelcontextprotocol\/server\/dist\/[^/]+\.mjs$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const { file, from, to } of edits) {
        if (!file.test(path)) continue;
        if (!contents.includes(from)) throw new Error(`the MCP SDK has changed: it no longer says ${from}`);
        contents = contents.replace(from, () => to);
      }
      return { contents, loader: 'js' };
    });
    // Every schema of zod's can be made into a JSON Schema, which nobody asks for here.
    onLoad({ filter: /zod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/ }, async ({ path }) => ({
      contents: absent(exportsOf(await readFile(path, 'utf8')), 'JSON Schemas of zod schemas are not in the bundle'),
      loader: 'js',
    }));
  },
};

const exportsOf = (code: string) =>
  [...code.matchAll(/^export (?:const|function) (\w+)|^export \{ \w+ as (\w+) \};/gm)].map(
    ([, one, other]) => one ?? other!,
  );

const absent = (names: string[], why: string) =>
  `const absent = () => { throw new Error(${JSON.stringify(why)}); };\nexport { ${names.map((name) => `absent as ${name}`).join(', ')} };`;
