import { statSync } from 'node:fs';

const LOOK_MS = 2000;

/**
 * Notices that a file is no longer the one it was: its folder was deleted or moved away, and nobody can reach the gateway
 * under it any more.
 * @param gone called once
 * @returns ends the watch
 */
export function watchPresence(path: string, gone: () => void): () => void {
  const inode = inodeOf(path);
  const timer = setInterval(() => {
    if (inodeOf(path) === inode) return;
    clearInterval(timer);
    gone();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
