import { masked } from './secrets.js';

/** Fields of a Secret or ConfigMap whose values are nobody's business. */
const dataField = /^(\s*(?:-\s+)?)["']?(?:data|stringData|binaryData)["']?:\s*(\{)?\s*$/;
const inlineData = /(["'](?:data|stringData|binaryData)["']\s*:\s*)\{[^{}]*\}/g;
const keyed = /^(\s*(?:-\s+)?["']?[\w.\-/]+["']?\s*:\s*)(.*?)(,?)$/;

/** True for a line that says that the object around it is one with such fields. */
export function namesDataObject(line: string): boolean {
  return /["']?\bkind["']?\s*:\s*["']?(?:Secret|ConfigMap)(?:List)?\b/.test(line);
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/**
 * Drops the values below `data:`, `stringData:` and `binaryData:` of YAML and JSON objects, line by line:
 * short base64 looks like any word, so that only its place tells that it is secret. The keys stay.
 */
export function objectDataMask(): (line: string) => string {
  let block: number | null = null;
  return (line) => {
    if (block === null && !line.includes('ata')) return line;
    const plain = line.replace(inlineData, (_whole, head: string) => `${head}{"${masked}":"${masked}"}`);
    if (block !== null && line.trim() !== '') {
      if (indentOf(line) > block) {
        const entry = keyed.exec(plain);
        return entry === null ? `${' '.repeat(indentOf(line))}${masked}` : `${entry[1]!}"${masked}"${entry[3]!}`;
      }
      block = null;
    }
    const opens = dataField.exec(line);
    if (opens !== null) block = indentOf(line);
    return plain;
  };
}
