import { objectDataMask } from './object-data.js';
import { masked } from './secrets.js';

const begin = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const end = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
/** What can stand inside of a PEM block: base64, its old headers, a blank line after them; a long word also behind the prefix of a log. */
const body = /^(?:\s*[A-Za-z0-9+/]{1,128}={0,2}|.*[\s:|][A-Za-z0-9+/]{16,128}={0,2}|\s*(?:Proc-Type|DEK-Info):.*|)\s*$/;

/**
 * Drops the lines of a private key one by one, also of one whose end was cut off: a short last line looks
 * like any word, so that only its place tells that it is secret.
 */
export function keyBlockMask(): (line: string) => string {
  let inside = false;
  return (line) => {
    if (!inside) {
      inside = begin.test(line) && !end.test(line);
      return line;
    }
    if (end.test(line)) {
      inside = false;
      return line;
    }
    inside = body.test(line);
    return inside ? masked : line;
  };
}

/** Both kinds of secrets that only their place betrays; the lines of one file, in their order. */
export function blockMask(): (line: string) => string {
  const [keys, data] = [keyBlockMask(), objectDataMask()];
  return (line) => data(keys(line));
}
