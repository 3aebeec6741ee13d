import { existsSync } from 'node:fs';
import path from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../lib/cli/command.ts';
import { listFlag, portFlag, words } from '../lib/cli/flags.ts';
import { ignoredFlags, initProject, scaffoldText, type Initialised } from '../lib/cli/init.ts';
import { interruptible } from '../lib/cli/interrupt.ts';
import { askAnswers, defaultAnswers, DEFAULT_PORT } from '../lib/cli/wizard.ts';
import { createPreparation, progressMode } from '../lib/tasks/preparation.ts';

export default class Init extends BaseCommand {
  static override args = {
    dir: Args.string({ default: '.', description: 'The folder of the project; made when it is not there.' }),
  };
  static override description =
    'On a terminal it asks; with --yes, or without a terminal, flags and defaults answer. The packages of the services are installed. A file that is there already stays as it is.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> gateway',
    '<%= config.bin %> <%= command.id %> gateway --yes --port 9000 --services fetch,time',
  ];
  static override flags = {
    port: portFlag({ summary: `The port to listen on; ${DEFAULT_PORT} without it.` }),
    services: listFlag({
      helpValue: 'SERVICE',
      summary: 'Enable only this service; repeated or with commas for several.',
    }),
    target: Flags.option({ options: ['local'] as const })({
      default: 'local',
      summary: 'Where the project runs.',
    }),
    yes: Flags.boolean({ char: 'y', summary: 'Ask nothing.' }),
  };
  static override summary = 'Make a project.';

  async run(): Promise<Initialised> {
    const { args, flags } = await this.parse(Init);
    const root = path.resolve(args.dir);
    const given = { port: flags.port, services: flags.services && words(flags.services) };
    const ask = this.isInteractive() && !flags.yes && !existsSync(path.join(root, 'mcpgw.yaml'));
    const answers = ask ? await askAnswers(given) : defaultAnswers(given);
    const result = await interruptible((signal) =>
      initProject(root, answers, {
        onScaffolded: (files) => this.log('%s', scaffoldText(files)),
        preparation: createPreparation(progressMode(this.jsonEnabled())),
        signal,
      }),
    );
    const ignored = ignoredFlags(result.kept, given);
    if (ignored !== undefined) this.note(ignored);
    if (result.warning !== null) {
      this.note(`The packages are not installed yet; \`mcpgw up\` tries again. ${result.warning}`);
    }
    const where = path.relative(process.cwd(), root);
    this.log(`\nStart it with \`${where === '' ? '' : `cd ${where} && `}mcpgw up\`.`);
    return result;
  }
}
