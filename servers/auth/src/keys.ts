import { createHash, generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { JSONWebKeySet } from '@mcpgw/kit';
import { z } from 'zod';

const base64url = z.string().regex(/^[\w-]{40,}$/);

const signingKeySchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: base64url,
  y: base64url,
  d: base64url,
  kid: z.string().min(1),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});

const keysFileSchema = z.strictObject({
  version: z.literal(1),
  /** The first one signs; the others still verify. */
  keys: z.array(signingKeySchema).min(1).max(8),
  /** The first one signs cookies; the others still verify. */
  cookieKeys: z.array(base64url).min(1).max(8),
});

type KeysFile = z.infer<typeof keysFileSchema>;

/** Everything that the authorization server signs with. */
export interface Keys {
  signing: KeysFile['keys'];
  cookies: string[];
  /** The public halves of the signing keys. */
  public: JSONWebKeySet;
}

/**
 * Reads the keys, and makes them at the first start.
 * @param file created with mode 0600 when absent; a wider mode is narrowed
 * @throws Error when the file cannot be read, made, or understood
 */
export function loadKeys(file: string): Keys {
  const { keys, cookieKeys } = read(file) ?? create(file);
  return {
    signing: keys,
    cookies: cookieKeys,
    public: { keys: keys.map(({ kty, crv, x, y, kid, alg, use }) => ({ kty, crv, x, y, kid, alg, use })) },
  };
}

function read(file: string): KeysFile | undefined {
  let text: string;
  try {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = keysFileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Error(
    `${file} does not hold signing keys: ${z.prettifyError(parsed.error)}. ` +
      'Restore it from a backup, or delete it: a new one is made, and everybody signs in again.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Written whole before it gets its name, so that nobody ever reads half a file, and the first of two writers wins. */
function create(file: string): KeysFile {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const keys = generate();
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(handle, `${JSON.stringify(keys, null, 2)}\n`);
    fsyncSync(handle);
    linkSync(draft, file);
    return keys;
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === 'EEXIST' ? read(file) : undefined;
    if (other === undefined) throw error;
    return other;
  } finally {
    closeSync(handle);
    unlinkSync(draft);
  }
}

function generate(): KeysFile {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' });
  return keysFileSchema.parse({
    version: 1,
    keys: [{ ...jwk, kid: thumbprint(jwk), alg: 'ES256', use: 'sig' }],
    cookieKeys: [randomBytes(32).toString('base64url')],
  });
}

/** RFC 7638. */
const thumbprint = ({ crv, kty, x, y }: JsonWebKey): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
