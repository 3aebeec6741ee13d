/** The one account of the `local` identity provider: whoever knows the sign-in code. */
export const LOCAL_OWNER = 'local:owner';

/** The provider's part of a principal, `<provider>:<stable id>`. */
export const providerOf = (principal: string): string => principal.slice(0, principal.indexOf(':'));

/** What services are told the user is called (claim `name`). */
export const userName = (principal: string): string => principal.slice(principal.indexOf(':') + 1);
