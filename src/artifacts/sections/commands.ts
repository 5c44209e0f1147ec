/** Splits a typed line at `;`, `&&`, `||` and newlines outside quotes, parentheses kept together. */
export function simpleCommands(line: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let quote = '';
  let depth = 0;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quote !== '') {
      part += c;
      if (c === '\\' && quote === '"') part += line[++i] ?? '';
      else if (c === quote) quote = '';
      continue;
    }
    if (c === "'" || c === '"' || c === '`') quote = c;
    else if (c === '(' || c === '{') depth++;
    else if (c === ')' || c === '}') depth--;
    const pair = line.slice(i, i + 2);
    if (depth <= 0 && (c === ';' || c === '\n' || pair === '&&' || pair === '||')) {
      parts.push(part);
      part = '';
      if (pair === '&&' || pair === '||') i++;
      continue;
    }
    if (c === '\\') {
      part += c + (line[++i] ?? '');
      continue;
    }
    part += c;
  }
  parts.push(part);
  return parts.map((p) => p.trim()).filter((p) => p !== '');
}

/**
 * The words of the program that a simple command runs: `sudo`, assignments, `time`, `nsenter`-like
 * wrappers and the path of the program are removed; a pipe ends it.
 */
export function programWords(command: string): readonly string[] {
  const first = command.split(/(?<![|>\\])\|(?!\|)/)[0] ?? '';
  const words: readonly string[] = first.trim().match(/"(?:[^"\\]|\\.)*"|'[^']*'|\S+/g) ?? [];
  let at = 0;
  while (at < words.length) {
    const word = words[at]!;
    if (/^(?:[A-Za-z_]\w*=\S*|sudo|time|nohup|command|exec|env|\\?stdbuf|-[EniHS])$/.test(word)) at++;
    else if (word === 'timeout' || word === 'watch') at += 2;
    else if (/(?:^|\/)(?:docker|podman|nerdctl|crictl)$/.test(word) && words[at + 1] === 'exec') {
      at += 2;
      while (at < words.length && words[at]!.startsWith('-')) at++;
      at++;
    } else if (/(?:^|\/)kubectl$/.test(word) && words.includes('exec') && words.includes('--')) at = words.indexOf('--') + 1;
    else break;
  }
  const rest = words.slice(at).map((w) => w.replace(/^(["'])(.*)\1$/, '$2'));
  if (rest.length === 0) return [];
  return [rest[0]!.replace(/^.*\//, ''), ...rest.slice(1)];
}

/** `docker_ps_-a`, `systemctl-status-etcd.log`, `docker ps.txt`: the command that a file name tells, or null. */
export function commandFromName(path: string): string | null {
  const base = path.slice(path.lastIndexOf('/') + 1).replace(/\.(?:txt|log|out|output|text|md)(?:\.\d+)?$/i, '');
  const words = base.replace(/(?:[_ ]|(?<=[a-z])-(?=[a-z]))+/gi, ' ').trim().toLowerCase();
  return /^(?:docker (?:ps|inspect|logs)|crictl (?:ps|pods|psa|inspect)|nerdctl ps|podman ps|systemctl (?:status|show|cat|list)|journalctl|kubectl |etcdctl |etcdutl |ps\b|df\b|free\b|last\b|uptime\b|date\b|dmesg\b|ls\b|ll\b|lsblk\b|iostat\b|ip addr|hostname\b|uname\b|timedatectl\b|chronyc |crontab\b|history\b|bash history|smartctl|sha256sum|md5sum|find |who\b|openssl )/.test(`${words} `) ? words : null;
}
