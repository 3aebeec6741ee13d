import { listenChecks } from './listen.ts';
import { modernMetaChecks } from './modern-meta.ts';
import { modernChecks } from './modern.ts';
import { originChecks } from './origin.ts';
import { postChecks } from './post.ts';
import { sessionChecks } from './session.ts';
import { streamChecks } from './stream.ts';
import { tlsChecks } from './tls.ts';
import { versionChecks } from './version.ts';

export const transportChecks = [
  ...postChecks,
  ...sessionChecks,
  ...versionChecks,
  ...streamChecks,
  ...originChecks,
  ...tlsChecks,
  ...modernChecks,
  ...modernMetaChecks,
  ...listenChecks,
];
