import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const places = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A browser that can print: the one that was named (`--browser`), `ETCD_AUTOPSY_BROWSER`, else the first on
 * PATH. A named one that cannot be run is an answer too: null, never another one in its place.
 */
export function findBrowser(named: string | null, env: NodeJS.ProcessEnv = process.env): string | null {
  const chosen = named ?? env['ETCD_AUTOPSY_BROWSER'] ?? null;
  if (chosen !== null && chosen !== '') return isProgram(chosen) ? chosen : null;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...places].find(isProgram) ?? null;
}
