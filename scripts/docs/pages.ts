import { knownMessages } from '../../src/artifacts/messages/index.js';
import { adviceFor } from '../../src/diagnosis/explain/advice.js';
import { moreMessages } from '../../src/diagnosis/explain/more-messages.js';
import { findingSeverity } from '../../src/diagnosis/findings/registry.js';
import { rules } from '../../src/diagnosis/rules/index.js';
import type { Language } from '../../src/words/catalogue.js';
import { say } from '../../src/words/say.js';

const generated = (command: string): string => `<!-- Made by \`${command}\`; do not edit. -->\n`;
const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\n/g, ' ').replace(/</g, '&lt;');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const command = 'npx tsx scripts/docs/write.ts';

/** docs/findings.md: every finding code with meaning and what to do, in both languages. */
export function findingsPage(): string {
  const codes = Object.entries(findingSeverity);
  const table = (language: Language, head: string): string => {
    const areas = [...new Set(codes.map(([code]) => code.split('.')[0]!))];
    return areas.flatMap((area) => [
      `\n### ${area}\n`,
      head,
      '|---|---|---|---|',
      ...codes.filter(([code]) => code.startsWith(`${area}.`)).map(([code, severity]) => row(`\`${code}\``, language === 'en' ? severity : say(language, `explain.severity.${severity}`), say(language, `finding.${code}.meaning`), say(language, `finding.${code}.act`))),
    ]).join('\n');
  };
  return `# Findings\n\n${generated(command)}\nEvery finding of a case has a stable code. Severity: \`critical\` blocks a recommendation or names data at risk, \`error\` needs action, \`warning\` needs a look, \`info\` is for the record.\n\n## English\n${table('en', '| code | severity | meaning | what to do |')}\n\n## 中文\n${table('zh-CN', '| 代码 | 级别 | 含义 | 处理 |')}\n`;
}

/** docs/causes.md: every cause with its role, what it means, the way out, and where the knowledge comes from. */
export function causesPage(): string {
  const of = (language: Language, id: string, what: string): string => {
    const key = `cause.${id}.${what}`;
    const text = say(language, key, { hosts: '…' });
    return text === key ? '' : text.replace(/\s*[(（]…[)）]/, '');
  };
  const table = (language: Language, head: string): string => [head, '|---|---|---|---|---|---|', ...rules.map((rule) => row(`\`${rule.id}\``, rule.role, of(language, rule.id, 'summary'), of(language, rule.id, 'fix'), of(language, rule.id, 'prevention'), [rule.versions ?? '', rule.source].filter((text) => text !== '').join('; ')))].join('\n');
  return `# Causes\n\n${generated(command)}\nEach cause is one file in \`src/diagnosis/rules/\`: what proves it, what makes it likely or possible, what supports, weakens and excludes it, and which artifact decides. Confidence is \`proven\`, \`likely\`, \`possible\` or \`rejected\`; the order is trigger, damage, after-effects of repairs, contributing factors, detection. When nothing tells what came first, the cause is \`unknown\`, with what to collect.\n\n## English\n\n${table('en', '| id | role | what happened | way out | prevention | versions, source |')}\n\n## 中文\n\n${table('zh-CN', '| id | 角色 | 发生了什么 | 处理 | 预防 | 版本、来源 |')}\n`;
}

/** docs/messages.md: every log message that is known. */
export function messagesPage(): string {
  const rows = [...knownMessages, ...moreMessages].map((entry) => row(`\`${entry.id}\``, entry.severity, `\`${entry.example.slice(0, 160).replace(/`/g, "'")}\``, say('en', `explain.${entry.id}.means`), adviceFor(entry.id)?.save ?? '', entry.versions ?? 'all'));
  return `# Log messages\n\n${generated(command)}\nWhat \`etcd-autopsy explain\` knows. "Saved": can the member start again without restoring a snapshot?\n\n| id | severity | as it is printed | meaning | saved | versions |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** All generated pages by file name. */
export const pages: Readonly<Record<string, () => string>> = { 'docs/findings.md': findingsPage, 'docs/causes.md': causesPage, 'docs/messages.md': messagesPage };
