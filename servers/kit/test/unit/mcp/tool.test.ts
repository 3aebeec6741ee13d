import { expect } from 'chai';
import { z } from 'zod';
import { ToolError, defineTool, type Call } from '../../../src/mcp/index.ts';

const call = {} as Call;

const tool = (run: (input: { count: number }) => { text: string; data: { double: number } }) =>
  defineTool({
    name: 'double',
    title: 'Double',
    description: 'Doubles a number.',
    input: z.strictObject({ count: z.int().default(1) }),
    output: z.object({ double: z.int() }),
    annotations: { readOnlyHint: true },
    run,
  });

const doubling = tool(({ count }) => ({ text: `It is ${count * 2}.`, data: { double: count * 2 } }));

describe('a tool', () => {
  it('is listed with JSON Schemas of input and output that name no dialect', () => {
    expect(doubling.listing.inputSchema).to.include({ type: 'object', additionalProperties: false });
    expect(doubling.listing.inputSchema).not.to.have.property('$schema');
    expect(doubling.listing.inputSchema).not.to.have.property('required');
    expect(doubling.listing.outputSchema).to.deep.include({ type: 'object', required: ['double'] });
    expect(doubling.listing.annotations).to.deep.equal({ title: 'Double', readOnlyHint: true });
  });

  it('answers text and the same as data', async () => {
    expect(await doubling.call({ count: 4 }, call)).to.deep.equal({
      content: [{ type: 'text', text: 'It is 8.' }],
      structuredContent: { double: 8 },
    });
  });

  it('fills in defaults, also where there are no arguments', async () => {
    expect((await doubling.call(undefined, call)).structuredContent).to.deep.equal({ double: 2 });
  });

  it('answers bad arguments with a result that names them', async () => {
    const result = await doubling.call({ count: 'x', other: 1 }, call);
    expect(result.isError).to.equal(true);
    expect(result.content[0]).to.have.property('text').that.includes('count').and.includes('other');
  });

  it('answers a failure that the caller can mend with its words, tokens redacted', async () => {
    const failing = tool(() => {
      throw new ToolError('Not with Bearer abcdefgh12345678.');
    });
    expect(await failing.call({}, call)).to.deep.equal({
      content: [{ type: 'text', text: 'Not with Bearer [redacted]' }],
      isError: true,
    });
  });

  it('throws what is a defect', async () => {
    const broken = tool(() => {
      throw new TypeError('boom');
    });
    const error = await broken.call({}, call).catch((it: unknown) => it);
    expect(error).to.be.instanceOf(TypeError);
  });
});
