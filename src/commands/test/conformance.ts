import { writeFileSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { ProjectCommand } from '../../lib/cli/command.ts';
import { outputsOf, runConformance } from '../../lib/cli/conformance-run.ts';
import { listFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interrupt.ts';
import { personSignIn } from '../../lib/cli/test-sign-in.ts';
import { suitesOf, testProgress } from '../../lib/cli/test-flags.ts';
import { testTargets } from '../../lib/cli/test-targets.ts';
import { tokenReference } from '../../lib/cli/tokens.ts';
import { documentOf, REPORTERS, REVISIONS } from '../../lib/conformance/index.ts';

export default class TestConformance extends ProjectCommand {
  static override args = {
    target: Args.string({
      description: 'A service of the project, or the URL of any MCP endpoint.',
      multiple: true,
    }),
  };
  static override description = `Tests MCP servers as real clients meet them: transport, protocol, authorization and robustness.

Without an argument every enabled service of the running project is tested, with a token made for it.
Exit code 0: nothing failed that the baseline does not name. 1: something did, or the baseline is stale. 3: a target cannot be reached.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> echo-stateless --suite transport,auth',
    '<%= config.bin %> <%= command.id %> https://example.com/mcp --token - < token.txt',
    '<%= config.bin %> <%= command.id %> --baseline conformance.yaml --reporter junit --output report.xml',
  ];
  static override flags = {
    bail: Flags.boolean({ summary: 'Stop at the first failure.' }),
    baseline: Flags.string({
      helpValue: 'FILE',
      summary: 'Known failures; one that no longer fails fails the run.',
    }),
    login: Flags.boolean({
      summary: 'Sign in with a browser to get a token and to test what follows a sign-in.',
    }),
    output: Flags.string({
      helpValue: 'FILE',
      summary: 'Write the report there; the page for people stays on stdout.',
    }),
    reporter: Flags.option({
      options: REPORTERS,
      default: 'spec' as const,
      summary: 'The form of the report.',
    })(),
    revision: Flags.option({
      options: [...REVISIONS, 'all'] as const,
      default: 'all' as const,
      summary: 'The revision of MCP to test; all that the server speaks without it.',
    })(),
    suite: listFlag({
      char: 's',
      helpValue: 'SUITE',
      summary: 'transport, protocol, auth, robustness, official; all without it.',
    }),
    timeout: Flags.integer({
      default: 300,
      helpValue: 'SECONDS',
      min: 1,
      max: 3600,
      summary: 'The time for one target.',
    }),
    token: Flags.string({
      helpValue: 'TOKEN',
      summary: 'An access token for the target; `-` reads it from stdin.',
    }),
    'update-baseline': Flags.boolean({
      dependsOn: ['baseline'],
      summary: 'Write what fails now into the baseline.',
    }),
  };
  static override summary = 'Tell what a real client would stumble on.';

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(TestConformance);
    const token = flags.token === undefined ? undefined : await tokenReference(flags.token, process.stdin);
    const targets = await testTargets(args.target ?? [], () => this.target(flags), {
      ...(token === undefined ? {} : { token }),
      ...(flags.login ? { signIn: personSignIn((text) => this.note(text), this.isInteractive()) } : {}),
    });
    const progress = testProgress(this.isInteractive());
    const { assessment, exitCode } = await interruptible((signal) =>
      runConformance({
        targets,
        suites: suitesOf(flags.suite),
        revisions: flags.revision === 'all' ? 'all' : [flags.revision],
        timeoutMs: flags.timeout * 1000,
        bail: flags.bail,
        updateBaseline: flags['update-baseline'],
        signal,
        onResult: progress.show,
        ...(flags.baseline === undefined ? {} : { baseline: flags.baseline }),
      }),
    );
    progress.end();
    const { screen, file } = outputsOf(assessment, {
      reporter: flags.reporter,
      output: flags.output,
      version: this.config.version,
      color: process.stdout.isTTY && process.stdout.hasColors(),
      github: process.env['GITHUB_ACTIONS'] === 'true',
    });
    if (flags.output !== undefined && file !== undefined) writeFileSync(flags.output, file);
    this.log('%s', screen.trimEnd());
    process.exitCode = exitCode;
    return documentOf(assessment);
  }
}
