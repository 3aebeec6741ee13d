import type { z } from 'zod';
import {
  booleanText,
  domainText,
  durationText,
  integerText,
  listText,
  originText,
  serviceUrlText,
  wordText,
} from './values.ts';

/** One key of `.env`, also read from the process environment and from `defaults` of mcpgw.yaml. */
export interface Setting<Value> {
  /** What it is for, as in the documentation. */
  description: string;
  /** The default, written as in `.env`. */
  fallback: string;
  schema: z.ZodType<Value, string>;
  /** An empty value is an empty list. For every other setting it counts as absent. */
  list?: boolean;
}

const setting = <Value>(definition: Setting<Value>): Setting<Value> => definition;

const LIFETIME_WORDS = 'a duration of at least 1m, such as 3600, 12h or 30d';

/** Every key that is not about one service. */
export const SETTINGS = {
  BASE_DOMAIN: setting({
    description: 'The domain of the deployment. The local target answers on `localhost`.',
    fallback: 'localhost',
    schema: domainText,
  }),
  HTTP_PORT: setting({
    description: 'The port of the gateway.',
    fallback: '8080',
    schema: integerText(1, 65_535),
  }),
  IDENTITY_PROVIDERS: setting({
    description: 'How people sign in. `local` is the sign-in code that `mcpgw up` prints.',
    fallback: 'local',
    schema: listText(wordText(['local'])).refine((list) => list.length > 0, { error: 'local' }),
    list: true,
  }),
  ACCESS_TOKEN_LIFETIME: setting({
    description: 'How long an access token is good.',
    fallback: '15m',
    schema: durationText({ min: 60, max: 86_400, words: 'a duration from 1m to 24h, such as 900 or 15m' }),
  }),
  REFRESH_TOKEN_LIFETIME: setting({
    description: 'How long a refresh token is good after its last use.',
    fallback: '30d',
    schema: durationText({ min: 60, words: LIFETIME_WORDS }),
  }),
  SESSION_TIMEOUT: setting({
    description: 'How long a browser stays signed in.',
    fallback: '12h',
    schema: durationText({ min: 60, words: LIFETIME_WORDS }),
  }),
  CLIENT_LIFETIME: setting({
    description: 'How long the registration of an unused client is kept; 0 for ever.',
    fallback: '90d',
    schema: durationText({ min: 0, words: '0, or a duration such as 3600, 12h or 30d' }),
  }),
  REGISTRATIONS_PER_MINUTE: setting({
    description: 'Client registrations allowed a minute.',
    fallback: '300',
    schema: integerText(1, 1_000_000),
  }),
  MCP_CORS_ORIGINS: setting({
    description: 'Browser origins that may call the gateway, beside those of this machine.',
    fallback: '',
    schema: listText(originText),
    list: true,
  }),
  LOG_LEVEL: setting({
    description: 'How much the gateway logs.',
    fallback: 'info',
    schema: wordText(['debug', 'info', 'warn', 'error']),
  }),
} as const;

/** The keys of one service. */
export const SERVICE_SETTINGS = {
  ENABLED: setting({
    description: 'Whether the service has a public URL and runs at `up`.',
    fallback: 'true',
    schema: booleanText,
  }),
  URLS: setting({
    description: 'Its public URLs, or paths on the gateway’s own address. The first one is its audience.',
    fallback: '',
    schema: listText(serviceUrlText),
    list: true,
  }),
} as const;

export type SettingKey = keyof typeof SETTINGS;
export type ServiceSettingKey = keyof typeof SERVICE_SETTINGS;

/** `echo-stateless`, `ENABLED` → `MCP_ECHO_STATELESS_ENABLED`. */
export const serviceKey = (service: string, key: ServiceSettingKey): string =>
  `MCP_${service.toUpperCase().replaceAll('-', '_')}_${key}`;
