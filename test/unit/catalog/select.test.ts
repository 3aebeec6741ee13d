import { expect } from 'chai';
import { loadCatalog } from '../../../src/lib/catalog/load.ts';
import { select } from '../../../src/lib/catalog/select.ts';
import { loadProject } from '../../../src/lib/project.ts';
import { projectDir, userError } from '../../support/project.ts';

describe('the services a command is about', () => {
  const catalog = loadCatalog();
  let project: ReturnType<typeof projectDir>;
  before(() => {
    project = projectDir({ '.env': 'MCP_TIME_ENABLED=false\nMCP_FETCH_ENABLED=false\n' });
  });
  after(() => project.remove());
  const selected = (names?: string[]): string[] =>
    select(catalog, loadProject(project.path, {}, {}).config, names);

  it('are the enabled ones where none is named', () => {
    const enabled = [
      'echo-stateful',
      'echo-stateless',
      'everything',
      'fetchs',
      'filesystem',
      'memory',
      'sequentialthinking',
    ];
    expect(selected()).to.deep.equal(enabled);
    expect(selected([])).to.deep.equal(enabled);
  });

  it('are the named ones, once each, in the catalog’s order, enabled or not', () => {
    expect(selected(['time', 'fetch', 'echo-stateful', 'time'])).to.deep.equal([
      'echo-stateful',
      'fetch',
      'time',
    ]);
  });

  it('are not guessed from a part of a name', () => {
    const error = userError(() => selected(['fetch', 'echo']));
    expect(error.code).to.equal('UNKNOWN_SERVICE');
  });

  it('are listed, and the nearest named, where one is unknown', () => {
    expect(userError(() => selected(['fetsh'])).message).to.equal(
      'There is no service fetsh. Did you mean fetch? Known: echo-stateful, echo-stateless, everything, fetch, fetchs, filesystem, memory, sequentialthinking, time.',
    );
  });
});
