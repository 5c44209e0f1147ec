import { Document, isScalar, visit } from 'yaml';

/** Words that YAML 1.1 readers, kubectl among them, take for a truth value, nothing, or a merge (yaml.org/type). */
const oldWords = /^(?:y|n|yes|no|on|off|true|false|null|~|<<|=)$/i;
/** Base-60 numbers, octals, dates: text to us, numbers or times to YAML 1.1. */
const oldNumbers = /^[-+]?(?:\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?|0[0-7_]+|0b[01_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][-+]?\d+)?|\.\d+)$|^\d{4}-\d\d?-\d\d?/;

/**
 * YAML as `kubectl get -o yaml` prints it: keys sorted, lists at the level of their key, long texts with
 * line breaks as blocks. Every text stays a text for YAML 1.1 and 1.2 readers alike.
 */
export function kubernetesYaml(object: unknown): string {
  const document = new Document(object, { sortMapEntries: true, aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (!isScalar(node) || typeof node.value !== 'string') return;
      if (oldWords.test(node.value) || oldNumbers.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false, blockQuote: 'literal' });
}
