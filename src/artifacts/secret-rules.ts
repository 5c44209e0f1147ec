/** What stands in the place of a secret. */
export const masked = '***';

/** Words that name a secret, as part of a key: `ETCD_ROOT_PASSWORD`, `client-secret`, `api_key`. */
export const secretName = String.raw`(?:pass(?:word|wd|phrase)?|pwd|secret(?:[_-]?(?:key|access[_-]?key))?|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|credential|private[_-]?key|auth[_-]?key|(?:certificate|encryption|account|shared|master|storage)[_-]?key|client[_-]?key[_-]?data|client[_-]?certificate[_-]?data)`;

export interface Rule {
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** One word of a command line, quoted or not. */
const word = String.raw`(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"';|&]+)`;

/** Programs that take a secret in a place of their own, with no name beside it. */
const commandRules: readonly Rule[] = [
  { pattern: new RegExp(String.raw`(\s(?:--user|-u|--username)[= ]["'][\w.@-]{1,64}):[^"'\n]+(?=["'])`, 'g'), replacement: `$1:${masked}` },
  { pattern: /(\s(?:--user|-u|--username)[= ]["']?[\w.@-]{1,64}):[^\s"']+/g, replacement: `$1:${masked}` },
  { pattern: /\b((?:sshpass|mysql|mysqldump|mongo|redis-cli)\b[^|;&\n]*?\s-(?:p|a)\s?)["']?[^\s"'-][^\s"']*/g, replacement: `$1${masked}` },
  { pattern: new RegExp(String.raw`\b((?:docker|podman|nerdctl|crictl|helm(?: registry)?|skopeo|oras|oc|az)\s+login\b[^|;&\n]*?\s-p[= ]?)${word}`, 'g'), replacement: `$1${masked}` },
  { pattern: new RegExp(String.raw`\b((?:echo|printf)\s+(?:-\w+\s+)*)${word}(\s*\|[^|;\n]*(?:password-stdin|chpasswd|passwd --stdin|sudo -S))`, 'g'), replacement: `$1${masked}$2` },
  { pattern: new RegExp(String.raw`\b(mc\s+(?:alias\s+set|config\s+host\s+add)\s+\S+\s+\S+\s+)${word}\s+${word}`, 'g'), replacement: `$1${masked} ${masked}` },
  { pattern: new RegExp(String.raw`\b(lftp\b[^|;&\n]*?\s-u\s+[^\s,]+,)[^\s"']+`, 'g'), replacement: `$1${masked}` },
  { pattern: /\b((?:smbclient|mount\.cifs|rpcclient)\b[^|;&\n]*?\s-U\s*["']?[^\s%"']+%)[^\s"']+/g, replacement: `$1${masked}` },
  { pattern: new RegExp(String.raw`\b(ssh-keygen\b[^|;&\n]*?\s-[NP]\s*)${word}`, 'g'), replacement: `$1${masked}` },
  { pattern: /\b(htpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+)\S+/g, replacement: `$1${masked}` },
  { pattern: new RegExp(String.raw`(--from-literal[= ]["']?[\w.-]+=)(?:(?<==)${word}|[^\s"']+)`, 'g'), replacement: `$1${masked}` },
  // aws configure set aws_secret_access_key VALUE, rclone … secret_access_key VALUE, git and kubectl config set …
  { pattern: new RegExp(String.raw`(\bset\s+[\w.-]{0,64}${secretName}[\w.-]{0,32}\s+["']?)[^\s"']+`, 'gi'), replacement: `$1${masked}` },
  { pattern: /\b((?:secret_access_key|access_key_id|secret_key)\s+)[^\s"'=:]+/g, replacement: `$1${masked}` },
];

/** Secrets that show by their own form, or by a form around them. */
export const rules: readonly Rule[] = [
  // user:password@ in any URL; a port is no password, and the password may hold / and @ of its own
  { pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>,]{0,128}):(?!\d{1,5}(?:[/,?#\s"'<>]|$))[^\s"'<>]{1,256}@/gi, replacement: `$1:${masked}@` },
  // HTTP credentials
  { pattern: /\b(authorization["']?\s*[:=]\s*["'[]*)(?:(basic|bearer|digest|negotiate)\s+)?[^\s"',;\]]{3,}/gi, replacement: `$1$2 ${masked}` },
  { pattern: /\b(bearer|basic)\s+[A-Za-z0-9+/_.~-]{12,}=*/gi, replacement: `$1 ${masked}` },
  { pattern: /\b(bearer token[:\s]+["']?)(?=[^\s"',]*\d|[A-Za-z0-9._~+/=-]{16})[A-Za-z0-9._~+/=-]{8,}/gi, replacement: `$1${masked}` },
  // JSON web tokens, cloud keys, bootstrap and join tokens, web hooks, signed addresses
  { pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g, replacement: masked },
  { pattern: /\b(?:AKIA|ASIA|LTAI)[A-Za-z0-9]{12,}\b/g, replacement: masked },
  { pattern: /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, replacement: masked },
  { pattern: /\bK10[0-9a-f]{40,}(?:::[^\s"']+)?/g, replacement: masked },
  { pattern: /\b(?:ghp|gho|ghs|ghu|github_pat|glpat|xox[abps]|hvs|sk_live|AIza|SG)[-_.]?[A-Za-z0-9_-]{16,}/g, replacement: masked },
  { pattern: /(hooks\.slack\.com\/services\/|open\.feishu\.cn\/open-apis\/bot\/v2\/hook\/|discord(?:app)?\.com\/api\/webhooks\/)[\w/-]+/g, replacement: `$1${masked}` },
  { pattern: /([?&](?:sig|signature|x-amz-signature|x-amz-credential|x-goog-signature|key)=)[^&\s"']{6,}/gi, replacement: `$1${masked}` },
  { pattern: /((?:密码|口令|密钥)\s*[:：=]\s*)[^\s,，。;；"']+/g, replacement: `$1${masked}` },
  // etcdctl's own variable holds both
  { pattern: /\b(ETCDCTL_USER["']?\s*[=:]\s*["']?[\w.@-]{1,64}:)[^\s"';&,]+/g, replacement: `$1${masked}` },
  // "user":"root:…" of a client's log; `system:…` is a name of Kubernetes, `1000:1000` a user with its group
  { pattern: /(["'](?:user|username)["']\s*:\s*["'](?!system:|\d+:\d+["'])[\w.@-]{1,64}:)[^"'\s]+(?=["'])/g, replacement: `$1${masked}` },
  // "Cmd": ["etcd", "--password", "…"]
  { pattern: new RegExp(String.raw`("--?[\w-]{0,40}?${secretName}"\s*,\s*")(?:[^"\\]|\\.)*"`, 'gi'), replacement: `$1${masked}"` },
  { pattern: /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, replacement: `$1${masked}$2` },
  ...commandRules,
];

/** Anything at all that one of the rules could hit: most lines stop here. */
export const suspicious = /pass|["']user|ETCDCTL_USER|pwd|secret|token|key|credential|authorization|bearer|basic|:\/\/[^\s/]*@|:\/\/[^\s]*:[^\s]*@|eyJ|AKIA|ASIA|LTAI|K10|gh[posu]_|github_pat|glpat|xox|hvs\.|sk_live|AIza|SG\.|-u |--user|PRIVATE|data:|[dD]ata"|\b[a-z0-9]{6}\.[a-z0-9]{16}\b|mysql|login|redis|lftp|smbclient|cifs|\bmc |literal|hooks|webhook|sig|密码|口令|密钥|\d,\s*\d{1,3},\s*\d{1,3},/i;
