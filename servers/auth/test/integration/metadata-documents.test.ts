import { expect } from 'chai';
import { TestClient } from '../support/client.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

describe('A client that names its metadata document', () => {
  let gateway: TestGateway;
  let client: TestClient;
  const documents: string[] = [];
  let answer = (): Response => new Response('', { status: 404 });
  before(async () => {
    gateway = await startGateway({
      fetch: (url) => {
        documents.push(url as string);
        return Promise.resolve(answer());
      },
    });
  });
  beforeEach(async () => {
    client = await TestClient.register(gateway);
  });
  after(() => gateway.close());

  for (const id of [
    'https://127.0.0.1:1/client.json',
    'https://2130706433/client.json',
    'https://0x7f.1/client.json',
    'https://[::1]:1/client.json',
    'https://[::ffff:127.0.0.1]/client.json',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost:1/client.json',
    'https://gw.localhost/client.json',
    'https://printer.local/client.json',
    'https://router/client.json',
    'https://metadata.google.internal./client.json',
    'https://user@app.example/client.json',
    'https://app.example/../client.json',
    'http://app.example/client.json',
    'file:///etc/passwd',
  ]) {
    it(`has nothing fetched from ${id}`, async () => {
      const asked = documents.length;
      const response = await fetch(client.authorizationUrl({ client_id: id }), { redirect: 'manual' });
      expect(response.status).to.equal(400);
      expect(((await response.json()) as Record<string, string>)['error']).to.equal('invalid_client');
      expect(documents).to.have.length(asked);
    });
  }

  for (const [what, change] of [
    ['that names another client', { client_id: 'https://app.example/other.json' }],
    ['that names a secret', { client_secret: 'x' }],
    ['that wants to prove itself by a secret', { token_endpoint_auth_method: 'client_secret_post' }],
    ['whose redirect address is foreign http', { redirect_uris: ['http://app.example/cb'] }],
    ['whose redirect address is a script', { redirect_uris: ['javascript:alert(1)'] }],
  ] as const) {
    it(`has a document refused ${what}`, async () => {
      const id = 'https://app.example/client.json';
      answer = () =>
        Response.json({
          client_id: id,
          client_name: 'App',
          redirect_uris: ['https://app.example/cb'],
          ...change,
        });
      const response = await fetch(
        client.authorizationUrl({ client_id: id, redirect_uri: 'https://app.example/cb' }),
        {
          redirect: 'manual',
        },
      );
      expect(response.status).to.equal(400);
      expect(response.headers.get('location')).to.equal(null);
    });
  }

  it('is limited in it as in registrations', async () => {
    let fetched = 0;
    const limited = await startGateway({
      registrationsPerMinute: 2,
      fetch: () => {
        fetched += 1;
        return Promise.resolve(new Response('', { status: 404 }));
      },
    });
    try {
      for (let i = 0; i < 5; i += 1) {
        const url = new TestClient(limited, `https://app.example/${i}.json`).authorizationUrl();
        expect((await fetch(url, { redirect: 'manual' })).status).to.equal(400);
      }
      expect(fetched).to.equal(2);
    } finally {
      await limited.close();
    }
  });
});
