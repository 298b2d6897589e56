import fastify from 'fastify';

const app = fastify();
app.get('/', async () => ({ hello: 'world' }));
app.post('/', async () => ({ hello: 'world' }));
console.log(`ready on ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
