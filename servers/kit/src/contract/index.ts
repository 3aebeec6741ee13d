/** What the command line (`src`) and the servers agree on. The one thing that both import. */
export * from './admin.ts';
export * from './gateway.ts';
export * from './policy.ts';
export * from './routes.ts';
export * from './start.ts';
