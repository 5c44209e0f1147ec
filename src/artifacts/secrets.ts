import { masked, rules, secretName, suspicious } from './secret-rules.js';

export { masked } from './secret-rules.js';

/**
 * Keys whose name ends like a secret's although their value is none: the cluster token is a public
 * label, file names of keys and tokens are needed for the commands.
 */
const ordinary = /^(?:[\w.-]*initial[_-]?cluster[_-]?token|[\w.-]*(?:file|path|dir|name|type|ttl|url|enabled?|provider|version|count|size|lifetime|expiration|duration|mode)|[\w.-]*service[_-]?account[_-]?(?:signing[_-]?)?key.*|automountserviceaccounttoken|[\w.-]*bootstrap[_-]?token[_-]?auth|next[_-]?page[_-]?token|continue[_-]?token)$/i;

const key = String.raw`[\w.-]{0,64}?${secretName}[\w.-]{0,32}`;
const quotedText = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;
/** `"KEY=value of several words"`: the quotes are around both. */
const wholeAssignment = new RegExp(String.raw`(["'])(${key})=((?:(?!\1)[^\\]|\\.)*)\1`, 'gi');
const assignment = new RegExp(String.raw`(["']?)\b(${key})\1(\s*[:=]\s*|\s+(?=["'][^"']))(?:(${quotedText})|(["']?)((?:[^\s"',;&|)}\]\\]|\\.)+))`, 'gi');
/** The value of a pass phrase in an environment file may have blanks without quotes. */
const phrase = /^(\s*(?:export\s+)?[\w.-]*passphrase\s*=\s*)([^"'\s][^"']*)$/i;
const option = new RegExp(String.raw`(--?[\w-]{0,40}?${secretName})(\s+|=)(?:(${quotedText})|(["']?)(?!--)([^\s"']+))`, 'gi');
/** `key: <long base64>` of Secret data and kubeconfig credentials; digests are hex and stay. */
const base64Value = /^(\s*(?:-\s+)?["']?[\w./-]{1,128}["']?\s*:\s*["']?)(?![0-9a-f]+["']?,?\s*$)([A-Za-z0-9+/]{40,}={0,2})(["']?,?)\s*$/;
/** A line that is nothing but base64: the body of a PEM block, or one value that was printed alone. */
const base64Line = /^\s*(?:[A-Za-z0-9+/]{60,76}={0,2}|[A-Za-z0-9+/]{14,}={1,2}|(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=\D*\d)[A-Za-z0-9+][A-Za-z0-9+/]{39,})\s*$/;
/** A field of journald that is not UTF-8 comes as the numbers of its bytes. */
const byteArray = /\[(?:\s*\d{1,3}\s*,){7,}\s*\d{1,3}\s*\]/g;
/** The data of an object on one line, as in audit logs and `last-applied-configuration`. */
const inlineData = /(\\?["'](?:data|stringData|binaryData)\\?["']\s*:\s*)\{[^{}]*\}/g;
const dataObject = /\bkind\\?["']?\s*:\s*\\?["']?(?:Secret|ConfigMap)\b/;

/** True for the name of a variable whose value is a secret. */
export function isSecretName(name: string): boolean {
  return name === 'ETCDCTL_USER' || (new RegExp(secretName, 'i').test(name) && !ordinary.test(name));
}

/** `{name: KEY, value: …}` on one line. */
const pair = new RegExp(String.raw`(\bname["']?\s*:\s*["']?(?:${key}|ETCDCTL_USER)["']?\s*,\s*["']?value["']?\s*:\s*)(?:${quotedText}|[^\s,}\]]+)`, 'gi');

const unquoted = (text: string): string => text.slice(1, -1);

/**
 * Removes secrets from one piece of text: passwords, tokens, bearer and basic credentials, passwords
 * in URLs, private keys, base64 values as in kubeconfigs and Secrets. Names, paths of key files, the
 * etcd cluster token, digests and ordinary values stay.
 */
export function maskSecrets(text: string): string {
  if (base64Line.test(text) && !/^\s*[0-9a-f]+\s*$/i.test(text)) return masked;
  if (!suspicious.test(text) && !base64Value.test(text)) return text;
  let result = text.replace(base64Value, `$1${masked}$3`).replace(phrase, `$1${masked}`);
  if (dataObject.test(result)) result = result.replace(inlineData, `$1{"${masked}":"${masked}"}`);
  result = result.replace(byteArray, (bytes) => {
    const said = Buffer.from((bytes.match(/\d+/g) ?? []).map(Number)).toString('utf8');
    return maskSecrets(said) === said ? bytes : `"${masked}"`;
  });
  for (const { pattern, replacement } of rules) result = result.replace(pattern, replacement);
  result = result.replace(pair, (whole, head: string) => (ordinary.test(/name["']?\s*:\s*["']?([\w.-]+)/i.exec(head)?.[1] ?? '') ? whole : `${head}"${masked}"`));
  result = result.replace(wholeAssignment, (whole, quote: string, name: string, value: string) => (ordinary.test(name) || keepValue(value) ? whole : `${quote}${name}=${masked}${quote}`));
  result = result.replace(assignment, (whole, quote: string, name: string, sign: string, quoted: string | undefined, open: string | undefined, bare: string | undefined) => {
    const value = quoted === undefined ? (bare ?? '') : unquoted(quoted);
    if (value === '' || ordinary.test(name) || keepValue(value)) return whole;
    return `${quote}${name}${quote}${sign}${quoted === undefined ? `${open ?? ''}${masked}` : `${quoted[0] ?? ''}${masked}${quoted[0] ?? ''}`}`;
  });
  return result.replace(option, (whole, name: string, sign: string, quoted: string | undefined, open: string | undefined, bare: string | undefined) => {
    const value = quoted === undefined ? (bare ?? '') : unquoted(quoted);
    return value === '' || ordinary.test(name.replace(/^-+/, '')) || keepValue(value) ? whole : `${name}${sign}${open ?? ''}${masked}`;
  });
}

/** The words of one command: a word that follows an option for a secret is one. */
export function maskWords(words: readonly string[]): readonly string[] {
  const names = new RegExp(String.raw`^--?[\w-]*${secretName}$`, 'i');
  return words.map((word, i) => {
    const before = words[i - 1] ?? '';
    return names.test(before) && !ordinary.test(before.replace(/^-+/, '')) && !keepValue(word) && !word.startsWith('--') ? masked : maskSecrets(word);
  });
}

/**
 * Paths, booleans, numbers below seven digits, what is already masked, and references are no secrets. Long
 * base64 is one, even when it begins as a path does.
 */
function keepValue(value: string): boolean {
  if (value.length >= 32 && !/[.\-_]/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value)) return false;
  return /^(?:[./~$%{<*]|true$|false$|none$|null$|nil$|yes$|no$|\d{1,6}$|https?:|simple$|jwt(?:,|$))/i.test(value) || /\.(?:pem|key|crt|csv|json|ya?ml|conf)$/i.test(value);
}

/** Masks the value of one assignment by the name of its key. */
export function maskValue(key: string, value: string): string {
  if (value === '' || ordinary.test(key)) return maskSecrets(value);
  return new RegExp(secretName, 'i').test(key) && !keepValue(value) ? masked : maskSecrets(value);
}
