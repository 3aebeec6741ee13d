/**
 * The import directions of the house (CONTRIBUTING.md). Imports point down only:
 * commands → tasks, ui, project → targets → render → packages, routes → catalog → config → errors.
 */
const up = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });
const lib = (...names) => `^src/lib/(${names.join('|')})(/|\\.ts$)`;

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src-imports-only-the-contract',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^servers/', pathNot: '^servers/kit/src/contract/' },
    },
    up('servers-never-import-src', '^servers/', '^src/'),
    up('nothing-imports-commands', '^(src/lib|servers)/', '^src/(commands|hooks)/'),
    up('errors-stands-alone', lib('errors'), '^src/lib/(?!errors)'),
    up('config-knows-nothing-else', lib('config'), '^src/lib/(?!config/|errors)'),
    up('catalog-on-config', lib('catalog'), '^src/lib/(?!catalog/|config/|errors)'),
    up('routes-on-catalog', lib('routes'), '^src/lib/(?!routes/|catalog/|config/|errors)'),
    up('packages-on-catalog', lib('packages'), '^src/lib/(?!packages/|catalog/|config/|errors)'),
    up(
      'render-below-targets',
      lib('render'),
      lib('targets', 'project', 'tasks', 'ui', 'admin', 'oauth', 'conformance'),
    ),
    up('targets-below-project', lib('targets'), lib('project', 'tasks', 'ui', 'oauth', 'conformance')),
    up('text-stands-alone', lib('text'), '^src/lib/(?!text/)'),
    up('connect-on-config', lib('connect'), '^src/lib/(?!connect/|config/|errors)'),
    up('ui-on-targets', lib('ui'), '^src/lib/(?!ui/|targets/|text/|errors)'),
    up('tasks-on-targets', lib('tasks'), '^src/lib/(?!tasks/|targets/|text/|errors)'),
    up('cli-below-commands-only', '^src/lib/(?!cli/)', lib('cli')),
    up('admin-stands-beside', lib('admin'), '^src/lib/(?!admin/|errors)'),
    up('oauth-stands-beside', lib('oauth'), '^src/lib/(?!oauth/|errors)'),
    up('conformance-stands-beside', lib('conformance'), '^src/lib/(?!conformance/|oauth/|errors)'),
    {
      name: 'servers-import-only-kit',
      severity: 'error',
      from: { path: '^servers/(?!gateway/)([^/]+)/' },
      to: { path: '^servers/', pathNot: '^servers/($1|kit)/' },
    },
    {
      name: 'ink-only-in-ui',
      severity: 'error',
      from: { pathNot: '^src/lib/ui/' },
      to: { path: '^node_modules/(ink|react)/' },
    },
    {
      name: 'listr2-only-in-tasks',
      severity: 'error',
      from: { pathNot: '^src/lib/tasks/' },
      to: { path: '^node_modules/listr2/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
