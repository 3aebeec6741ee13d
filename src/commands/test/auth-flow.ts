import { Args, Flags } from '@oclif/core';
import { authFlow, flowFailure } from '../../lib/cli/auth-flow.ts';
import { ProjectCommand } from '../../lib/cli/command.ts';
import { interruptible } from '../../lib/cli/interrupt.ts';
import { personSignIn } from '../../lib/cli/test-sign-in.ts';
import { testTargets } from '../../lib/cli/test-targets.ts';

export default class TestAuthFlow extends ProjectCommand {
  static override args = {
    target: Args.string({
      description: 'A service of the project, or the URL of any MCP endpoint.',
      required: true,
    }),
  };
  static override description = `Walks the whole authorization flow as an MCP client does, and prints each request and response.

Secrets are replaced by their length, so that the output can go into a bug report. At a service of the running project it signs in by itself; elsewhere, and with --browser, a person does.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> echo-stateless',
    '<%= config.bin %> <%= command.id %> https://example.com/mcp',
  ];
  static override flags = {
    browser: Flags.boolean({ summary: 'Sign in with a browser also at a service of the project.' }),
  };
  static override summary = 'Walk through the sign-in of a client, step by step.';

  async run(): Promise<object> {
    const { args, flags } = await this.parse(TestAuthFlow);
    const person = personSignIn((text) => this.note(text), this.isInteractive());
    const [target] = await testTargets(
      [args.target],
      () => this.target(flags),
      flags.browser ? { signIn: person } : {},
    );
    if (!target) return {};
    const write = (text: string): void => this.log('%s', text);
    const steps = await interruptible((signal) =>
      authFlow(target.url, target.signIn ?? person, write, signal).catch(flowFailure(target.url)),
    );
    return { url: target.url, steps };
  }
}
