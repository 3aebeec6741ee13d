import { expect } from 'chai';
import { join } from 'node:path';
import { cli, describeResult } from '../support/cli.ts';
import { Project } from '../support/e2e/project.ts';
import { ROOT } from '../support/paths.ts';

const INSPECTOR = join(
  ROOT,
  'node_modules',
  '@modelcontextprotocol',
  'inspector',
  'clients/launcher/build/index.js',
);

describe("the MCP Inspector's command line", function () {
  this.timeout(60_000);
  let project: Project;

  before(async function () {
    this.timeout(300_000);
    project = await Project.fresh();
    await project.up('--only', 'echo-stateless,everything');
  });

  after(() => project.down());

  for (const [service, era] of [
    ['everything', 'legacy'],
    ['echo-stateless', 'auto'],
  ] as const) {
    it(`lists the tools of ${service} with a token of \`token create\``, async () => {
      const token = await project.token('--service', service);
      const result = await cli(
        [
          ...['--cli', '--server-url', project.mcpUrl(service).href, '--transport', 'http'],
          ...['--protocol-era', era, '--method', 'tools/list', '--header', `Authorization: Bearer ${token}`],
        ],
        { program: [process.execPath, INSPECTOR], timeout: 50_000 },
      );
      expect(result.code, describeResult(result)).to.equal(0);
      const { tools } = JSON.parse(result.stdout) as { tools: { name: string }[] };
      expect(tools.map(({ name }) => name)).to.include('echo');
    });
  }
});
