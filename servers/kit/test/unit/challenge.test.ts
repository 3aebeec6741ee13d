import { bearerChallenge } from '@mcpgw/kit';
import { expect } from 'chai';

const resourceMetadata = 'http://localhost:8080/.well-known/oauth-protected-resource/echo/mcp';

describe('the Bearer challenge', () => {
  it('names metadata and scope before any free text', () => {
    expect(
      bearerChallenge({
        errorDescription: 'needs scope=other',
        error: 'insufficient_scope',
        scope: 'mcp echo:loud',
        resourceMetadata,
      }),
    ).to.equal(
      `Bearer resource_metadata="${resourceMetadata}", scope="mcp echo:loud", ` +
        'error="insufficient_scope", error_description="needs scope=other"',
    );
  });

  it('leaves out what is absent or empty', () => {
    expect(bearerChallenge({ resourceMetadata, scope: '', errorDescription: '' })).to.equal(
      `Bearer resource_metadata="${resourceMetadata}"`,
    );
  });

  it('escapes quotes and backslashes, and lets no control character through', () => {
    expect(bearerChallenge({ resourceMetadata, errorDescription: 'a "b" \\ c\r\nSet-Cookie: é' })).to.match(
      /error_description="a \\"b\\" \\\\ c\?\?Set-Cookie: \?"$/,
    );
  });
});
