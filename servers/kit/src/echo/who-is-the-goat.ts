import { z } from 'zod';
import { defineTool, type Tool } from '../mcp/index.ts';
import { noTokenReason, type EchoContext } from './context.ts';
import { READ_ONLY } from './echo.ts';
import { shownText } from './redact.ts';

export const whoIsTheGoatTool = (context: EchoContext): Tool =>
  defineTool({
    name: 'whoIStheGOAT',
    title: 'Who is the GOAT?',
    description: 'Names the greatest of all time. Needs to know who is asking.',
    input: z.strictObject({}),
    output: z.object({ authenticated: z.boolean(), goat: z.string().optional(), verdict: z.string() }),
    annotations: READ_ONLY,
    run: (_input, call) => {
      const { identity } = call;
      if (!identity) {
        const verdict = `AUTHENTICATION REQUIRED. Greatness has to be proved first. ${noTokenReason(call, context).next}`;
        return { text: verdict, data: { authenticated: false, verdict } };
      }
      const goat = shownText(identity.userName);
      const verdict = [
        `After weighing ${identity.scopes.length} scope(s), one signature and no evidence to the contrary:`,
        `the greatest of all time is ${goat}.`,
        `The gateway vouches for it (${shownText(identity.userId)}); nobody else was asked.`,
      ].join(' ');
      return { text: verdict, data: { authenticated: true, goat, verdict } };
    },
  });
