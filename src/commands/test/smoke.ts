import type { RouteTable } from '../../../servers/kit/src/contract/routes.ts';
import { ProjectCommand } from '../../lib/cli/command.ts';
import { smokeRoutes, smokeText } from '../../lib/cli/smoke.ts';
import { smoke } from '../../lib/conformance/index.ts';
import { loadProject } from '../../lib/project.ts';
import { EXIT } from '../../lib/errors.ts';

const TIMEOUT_MS = 5000;

export default class TestSmoke extends ProjectCommand {
  static override description =
    'Asks every public route of the running project once: endpoints refuse without a token and answer with one, metadata is there. For scripts and monitoring; takes a second or two.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override summary = 'Check in seconds that every route answers.';

  async run(): Promise<object> {
    const { flags } = await this.parse(TestSmoke);
    const load = (port: number): RouteTable => loadProject(this.root(flags), { port }).routes;
    const results = await smoke(await smokeRoutes(this.target(flags), load), TIMEOUT_MS);
    this.log('%s', smokeText(results));
    const ok = results.every((result) => result.ok);
    if (!ok) process.exitCode = EXIT.failed;
    return { ok, routes: results };
  }
}
