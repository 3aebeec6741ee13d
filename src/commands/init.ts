import { existsSync } from 'node:fs';
import path from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../lib/cli/command.ts';
import { listFlag, portFlag, words } from '../lib/cli/flags.ts';
import { initProject, type Initialised } from '../lib/cli/init.ts';
import { interruptible } from '../lib/cli/interrupt.ts';
import { askAnswers } from '../lib/cli/wizard.ts';
import { createPreparation, progressMode } from '../lib/tasks/preparation.ts';

const PORT = 8080;

export default class Init extends BaseCommand {
  static override args = {
    dir: Args.string({ default: '.', description: 'The folder of the project; made when it is not there.' }),
  };
  static override description = `Makes a project, and installs the packages of its services.

On a terminal it asks; with --yes, or without a terminal, flags and defaults answer. A file that is there already stays
as it is.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> gateway',
    '<%= config.bin %> <%= command.id %> gateway --yes --port 9000 --services fetch,time',
  ];
  static override flags = {
    port: portFlag({ summary: `The port to listen on; ${PORT} without it.` }),
    services: listFlag({ helpValue: 'SERVICE,…', summary: 'The services to enable; all without it.' }),
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
    const answers = ask
      ? await askAnswers(given, { port: PORT })
      : {
          target: flags.target,
          port: given.port ?? PORT,
          ...(given.services && { services: given.services }),
        };
    const result = await interruptible((signal) =>
      initProject(root, answers, {
        onScaffolded: ({ created, extended, kept }) => {
          for (const [word, names] of Object.entries({ created, extended, kept })) {
            if (names.length > 0) this.log(`${word.padEnd(8)}  ${names.join(', ')}`);
          }
        },
        preparation: createPreparation(progressMode(this.jsonEnabled())),
        signal,
      }),
    );
    if (result.warning !== null) {
      this.note(
        `The packages are not installed yet: ${result.warning}\nThe project is complete; \`mcpgw up\` tries again.`,
      );
    }
    const where = path.relative(process.cwd(), root);
    this.log(`\nStart it with \`${where === '' ? '' : `cd ${where} && `}mcpgw up\`.`);
    return result;
  }
}
