import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folder of the casebook: `--casebook`, else `ETCD_AUTOPSY_CASEBOOK`, else the user's data folder
 * (XDG Base Directory Specification 0.8; `%LOCALAPPDATA%` on Windows).
 */
export function casebookFolder(given: string | undefined, env: NodeJS.ProcessEnv): string {
  const data = env['XDG_DATA_HOME'] ?? env['LOCALAPPDATA'] ?? join(homedir(), '.local', 'share');
  return given ?? env['ETCD_AUTOPSY_CASEBOOK'] ?? join(data, 'etcd-autopsy', 'casebook');
}
