import { authorizeChecks } from './authorize.ts';
import { bearerChecks } from './bearer.ts';
import { challengeChecks } from './challenge.ts';
import { grantChecks } from './grant.ts';
import { managementChecks } from './management.ts';
import { refreshChecks } from './refresh.ts';
import { registrationRedirectChecks } from './registration-redirects.ts';
import { registrationChecks } from './registration.ts';
import { oldDiscoveryChecks, resourceMetadataChecks } from './resource-metadata.ts';
import { serverMetadataChecks } from './server-metadata.ts';
import { serverOfferChecks } from './server-offers.ts';
import { tokenEndpointChecks } from './token.ts';

export const authChecks = [
  ...challengeChecks,
  ...resourceMetadataChecks,
  ...oldDiscoveryChecks,
  ...serverMetadataChecks,
  ...serverOfferChecks,
  ...registrationChecks,
  ...registrationRedirectChecks,
  ...managementChecks,
  ...authorizeChecks,
  ...tokenEndpointChecks,
  ...grantChecks,
  ...refreshChecks,
  ...bearerChecks,
];
