import { spec, type Check } from '../../check.ts';
import { errorOf } from '../../mcp/message.ts';
import { describe } from '../../mcp/reply.ts';
import type { Link } from '../../mcp/types.ts';
import { LEGACY, REVISIONS, skip, verdict } from '../../types.ts';
import { harmless } from '../control.ts';

const JSON_RPC = spec('basic#responses', 'basic#responses');

/** The form of responses and errors. */
export const jsonRpcChecks: Check<Link>[] = [
  {
    id: 'protocol.jsonrpc.version',
    title: 'Responses say jsonrpc 2.0',
    level: 'MUST',
    clause: JSON_RPC,
    revisions: REVISIONS,
    advice: 'Put "jsonrpc": "2.0" into every message.',
    async run(link) {
      const reply = await link.request(harmless(link));
      return verdict(reply.response?.['jsonrpc'] === '2.0', describe(reply));
    },
  },
  {
    id: 'protocol.jsonrpc.id-string',
    title: 'The response to a request with a string id carries that id',
    level: 'MUST',
    clause: JSON_RPC,
    revisions: REVISIONS,
    advice: 'Return the id exactly as it came, with its type.',
    async run(link) {
      const id = '7';
      const reply = await link.request(harmless(link), undefined, { id });
      return verdict(reply.response?.['id'] === id, describe(reply));
    },
  },
  {
    id: 'protocol.jsonrpc.id-zero',
    title: 'The response to a request with the id 0 carries that id',
    level: 'MUST',
    clause: JSON_RPC,
    revisions: REVISIONS,
    advice: 'Do not take 0 for a missing id.',
    async run(link) {
      const reply = await link.request(harmless(link), undefined, { id: 0 });
      return verdict(reply.response?.['id'] === 0, describe(reply));
    },
  },
  {
    id: 'protocol.jsonrpc.result-or-error',
    title: 'A response holds a result or an error, not both',
    level: 'MUST',
    clause: JSON_RPC,
    revisions: REVISIONS,
    advice: 'Send either result or error.',
    async run(link) {
      const reply = await link.request(harmless(link));
      const { response = {} } = reply;
      return verdict('result' in response !== 'error' in response, describe(reply));
    },
  },
  {
    id: 'protocol.jsonrpc.method-not-found',
    title: 'An unknown method is answered with -32601',
    level: 'MUST',
    clause: () => 'https://www.jsonrpc.org/specification#error_object',
    revisions: LEGACY,
    advice: 'Answer unknown methods with a JSON-RPC error of code -32601.',
    async run(link) {
      const reply = await link.request('mcpgw/no-such-method');
      return verdict(errorOf(reply.response)?.code === -32601, describe(reply));
    },
  },
  {
    id: 'protocol.jsonrpc.error-object',
    title: 'An error has an integer code and a message',
    level: 'MUST',
    clause: JSON_RPC,
    revisions: REVISIONS,
    advice: 'Send error {code, message} with an integer code.',
    async run(link) {
      const reply = await link.request('mcpgw/no-such-method');
      const error = errorOf(reply.response);
      return verdict(Number.isInteger(error?.code) && typeof error?.message === 'string', describe(reply));
    },
  },
  {
    id: 'protocol.jsonrpc.error-id',
    title: 'An error response carries the id of its request',
    level: 'MUST',
    clause: JSON_RPC,
    revisions: REVISIONS,
    advice: 'Return the id of the request in errors too: without it some clients wait for ever.',
    async run(link) {
      const id = link.nextId();
      const reply = await link.request('mcpgw/no-such-method', {}, { id });
      if (!errorOf(reply.response)) return skip(`No error to look at: ${describe(reply)}`);
      return verdict(reply.response?.['id'] === id, describe(reply));
    },
  },
];
