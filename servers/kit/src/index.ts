export * from './identity.ts';
export * from './log.ts';
export * from './module.ts';
