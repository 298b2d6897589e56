import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const assets = {
  'swagger-ui.css': { type: 'text/css', file: import.meta.resolve('swagger-ui-dist/swagger-ui.css') },
  'swagger-ui-bundle.js': {
    type: 'text/javascript',
    file: import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  },
};

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Whetstone API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, tryItOutEnabled: true, validatorUrl: null });`;

/** The API's reference to read and to try, from the document the server itself emits. */
export function serveDocs(app: FastifyInstance) {
  const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
  app.get('/docs', async (_, reply) =>
    reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('content-type', 'text/html; charset=utf-8')
      .send(page),
  );
  app.get('/docs/start.js', async (_, reply) => reply.header('content-type', 'text/javascript').send(start));
  for (const [name, { type, file }] of Object.entries(assets)) {
    app.get(`/docs/${name}`, async (_, reply) =>
      reply
        .header('content-type', type)
        .header('cache-control', 'max-age=3600')
        .send(await readFile(fileURLToPath(file))),
    );
  }
}
