import type { Finding } from '../../case/model.js';
import type { Rich } from './rich.js';
import type { Reading } from './reading.js';

/** What to do about a finding, in the words of its code; nothing where the catalogue knows no such code. */
export function whatToDo(r: Reading, { code, said }: Finding): Rich {
  const key = `finding.${code}.act`;
  return r.t(key) === key ? [] : r.rich(key, said.params);
}
