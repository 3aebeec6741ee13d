/**
 * Sets one key of the project's `.env` and keeps everything else of the file: comments, order, spacing, mode.
 * @param key such as `MCP_FETCH_ENABLED`
 * @throws UserError INVALID_CONFIG when the file cannot be read as one; DISK_FULL, READ_ONLY, NO_PERMISSION
 */
export declare function setEnv(root: string, key: string, value: string): void;
