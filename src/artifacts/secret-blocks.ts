import { objectDataMask } from './object-data.js';
import { isSecretName, masked } from './secrets.js';

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

const nameLine = /^\s*(?:-\s+)?["']?name["']?\s*:\s*["']?([\w.-]{1,128})["']?,?\s*$/;
const valueLine = /^(\s*["']?value["']?\s*:\s*)(\S.*?)(,?\s*)$/;

/** The value of a variable of a container, on the line below its name (`- name: ETCD_ROOT_PASSWORD`, `value: …`), in YAML and JSON. */
export function variableMask(): (line: string) => string {
  let isSecret = false;
  return (line) => {
    const value = isSecret ? valueLine.exec(line) : null;
    if (line.trim() !== '') isSecret = isSecretName(nameLine.exec(line)?.[1] ?? '');
    return value === null ? line : `${value[1]!}"${masked}"${value[3]!}`;
  };
}

/** All kinds of secrets that only their place betrays; the lines of one file, in their order. */
export function blockMask(): (line: string) => string {
  const [keys, data, variables] = [keyBlockMask(), objectDataMask(), variableMask()];
  return (line) => variables(data(keys(line)));
}
