import type { SignIn } from '../conformance/index.ts';
import { UserError } from '../errors.ts';
import {
  HttpError,
  httpTransport,
  OAuthError,
  observing,
  redact,
  walkFlow,
  type Observed,
} from '../oauth/index.ts';
import { printable } from '../text/printable.ts';
import { style } from '../text/style.ts';

export interface Step {
  title: string;
  purpose: string;
  exchanges: Observed[];
}

const TIMEOUT_MS = 10_000;

/**
 * Walks the authorization flow of an endpoint.
 * @param write called with each line for a person as it is known
 * @returns every step with its exchanges, redacted
 * @throws OAuthError at the step that fails; HttpError when a server does not answer
 */
export async function authFlow(
  url: string,
  signIn: SignIn,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<Step[]> {
  const steps: Step[] = [];
  const transport = observing(httpTransport({ timeoutMs: TIMEOUT_MS, signal }), (observed) => {
    steps.at(-1)?.exchanges.push(observed);
    write(exchangeText(observed));
  });
  await walkFlow({
    url,
    transport,
    async visit(address) {
      write(`   Sign-in page: ${redact(address)}\n`);
      await signIn.visit(address, transport);
    },
    timeoutMs: signIn.timeoutMs,
    onStep(title, purpose) {
      steps.push({ title, purpose, exchanges: [] });
      write(`${style('bold', `${steps.length}. ${title}`)}\n   ${style('dim', purpose)}`);
    },
  });
  return steps;
}

function exchangeText({ request, answer, ms }: Observed): string {
  const headers = (list: [string, string][]): string[] => list.map(([name, value]) => `${name}: ${value}`);
  const body = (text: string | undefined): string[] =>
    text === undefined || text === '' ? [] : pretty(text).split('\n');
  const lines = [
    `> ${request.method} ${request.url}`,
    ...[...headers(request.headers), ...body(request.body)].map((line) => `>   ${line}`),
    `< ${answer.status} (${Math.round(ms)} ms)`,
    ...[...headers(answer.headers), ...body(answer.body)].map((line) => `<   ${line}`),
    '',
  ];
  return lines.map((line) => `   ${printable(line)}`.trimEnd()).join('\n');
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.trim();
  }
}

/** Turns what stopped the walk into an error for a person. */
export const flowFailure =
  (url: string) =>
  (error: unknown): never => {
    if (error instanceof OAuthError) {
      throw new UserError('REFUSED', `The flow ended at ${error.message}.`, {
        nextSteps: [
          'Look at the last exchange above.',
          `See what is wrong by which clause with \`mcpgw test conformance ${url} --suite auth\`.`,
        ],
      });
    }
    if (error instanceof HttpError) {
      throw new UserError('GATEWAY_UNREACHABLE', `${url}: ${error.message}.`, {
        nextSteps: ['Check the URL, and that the server runs.'],
      });
    }
    throw error;
  };
