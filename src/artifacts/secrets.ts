/** What stands in the place of a secret. */
export const masked = '***';

interface Rule {
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** Words that name a secret, as part of a key: `ETCD_ROOT_PASSWORD`, `client-secret`, `api_key`. */
const secretName = String.raw`(?:pass(?:word|wd|phrase)?|pwd|secret(?:[_-]?(?:key|access[_-]?key))?|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|credential|private[_-]?key|auth[_-]?key|client[_-]?key[_-]?data|client[_-]?certificate[_-]?data)`;

/**
 * Keys whose name ends like a secret's although their value is none: the cluster token is a public
 * label, file names of keys and tokens are needed for the commands.
 */
const ordinary = /^(?:[\w.-]*initial[_-]?cluster[_-]?token|[\w.-]*(?:file|path|dir|name|type|ttl|url|enabled?|provider|version|count|size|lifetime|expiration|duration|mode)|[\w.-]*service[_-]?account[_-]?(?:signing[_-]?)?key.*|automountserviceaccounttoken|[\w.-]*bootstrap[_-]?token[_-]?auth|next[_-]?page[_-]?token|continue[_-]?token)$/i;

const rules: readonly Rule[] = [
  // user:password@ in any URL
  { pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,128}):[^\s/@"'<>]{1,256}@/gi, replacement: `$1:${masked}@` },
  // HTTP credentials
  { pattern: /\b(authorization["']?\s*[:=]\s*["']?)(?:(basic|bearer|digest|negotiate)\s+)?[^\s"',;]{3,}/gi, replacement: `$1$2 ${masked}` },
  { pattern: /\b(bearer|basic)\s+[A-Za-z0-9+/_.~-]{12,}=*/gi, replacement: `$1 ${masked}` },
  // JSON web tokens, cloud keys, bootstrap and join tokens
  { pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g, replacement: masked },
  { pattern: /\b(?:AKIA|ASIA|LTAI)[A-Za-z0-9]{12,}\b/g, replacement: masked },
  { pattern: /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, replacement: masked },
  { pattern: /\bK10[0-9a-f]{40,}(?:::[^\s"']+)?/g, replacement: masked },
  { pattern: /\b(?:ghp|gho|ghs|glpat|xox[abps])[-_][A-Za-z0-9-]{10,}/g, replacement: masked },
  // etcdctl --user name:password, curl -u name:password, mysql -pword
  { pattern: /(\s(?:--user|-u|--username)[= ]["']?[\w.@-]{1,64}):[^\s"']+/g, replacement: `$1:${masked}` },
  { pattern: /\b((?:sshpass|mysql|mysqldump|mongo|redis-cli)\b[^|;&\n]*?\s-(?:p|a)\s?)["']?[^\s"'-][^\s"']*/g, replacement: `$1${masked}` },
  // aws configure set aws_secret_access_key VALUE, git config, kubectl config set …
  { pattern: new RegExp(String.raw`(\bset\s+[\w.-]{0,64}${secretName}[\w.-]{0,32}\s+["']?)[^\s"']+`, 'gi'), replacement: `$1${masked}` },
  { pattern: /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, replacement: `$1${masked}$2` },
];

const assignment = new RegExp(String.raw`(["']?)\b([\w.-]{0,64}?${secretName}[\w.-]{0,32})\1(\s*[:=]\s*|\s+(?=["'][^"']))(["']?)((?:[^\s"',;&|)}\]\\]|\\.)+)`, 'gi');
const option = new RegExp(String.raw`(--?[\w-]{0,40}?${secretName})(\s+|=)(["']?)(?!--)([^\s"']+)`, 'gi');
/** Anything at all that one of the rules could hit: most lines stop here. */
const suspicious = /pass|pwd|secret|token|key|credential|authorization|bearer|basic|:\/\/[^\s/]*@|eyJ|AKIA|ASIA|LTAI|K10|gh[pos]_|glpat|xox|-u |--user|PRIVATE|data:|\b[a-z0-9]{6}\.[a-z0-9]{16}\b|sshpass|mysql/i;
/** `key: <long base64>` of Secret data and kubeconfig credentials; digests are hex and stay. */
const base64Value = /^(\s*(?:-\s+)?["']?[\w./-]{1,128}["']?\s*:\s*["']?)(?![0-9a-f]+["']?,?\s*$)([A-Za-z0-9+/]{40,}={0,2})(["']?,?)\s*$/;
/** A line that is nothing but base64: the body of a PEM block. */
const base64Line = /^\s*[A-Za-z0-9+/]{60,76}={0,2}\s*$/;

/**
 * Removes secrets from one piece of text: passwords, tokens, bearer and basic credentials, passwords
 * in URLs, private keys, base64 values as in kubeconfigs and Secrets. Names, paths of key files, the
 * etcd cluster token, digests and ordinary values stay.
 */
export function maskSecrets(text: string): string {
  if (base64Line.test(text) && !/^\s*[0-9a-f]+\s*$/i.test(text)) return masked;
  if (!suspicious.test(text) && !base64Value.test(text)) return text;
  let result = text.replace(base64Value, `$1${masked}$3`);
  for (const { pattern, replacement } of rules) result = result.replace(pattern, replacement);
  result = result.replace(assignment, (whole, quote: string, key: string, sign: string, open: string, value: string) =>
    ordinary.test(key) || keepValue(value) ? whole : `${quote}${key}${quote}${sign}${open}${masked}`);
  return result.replace(option, (whole, name: string, sign: string, open: string, value: string) =>
    ordinary.test(name.replace(/^-+/, '')) || keepValue(value) ? whole : `${name}${sign}${open}${masked}`);
}

/**
 * Paths, booleans, numbers below seven digits, what is already masked, and references are no secrets. Long
 * base64 is one, even when it begins as a path does.
 */
function keepValue(value: string): boolean {
  if (value.length >= 32 && !/[.\-_]/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value)) return false;
  return /^(?:[./~$%{<*]|true$|false$|none$|null$|nil$|yes$|no$|\d{1,6}$|https?:)/i.test(value) || /\.(?:pem|key|crt|csv|json|ya?ml|conf)$/i.test(value);
}

/** Masks the value of one assignment by the name of its key. */
export function maskValue(key: string, value: string): string {
  if (value === '' || ordinary.test(key)) return maskSecrets(value);
  return new RegExp(secretName, 'i').test(key) && !keepValue(value) ? masked : maskSecrets(value);
}
