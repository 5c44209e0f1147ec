import { execFileSync } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { completionScript } from '../../src/cli/completion.js';
import { manPage } from '../../src/cli/man-page.js';
import { buildProgram } from '../../src/cli/program.js';

/** What bash offers at the end of a command line. */
function offered(script: string, words: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));
  try {
    writeFileSync(join(folder, 'c.bash'), script);
    const line = `source ./c.bash; COMP_WORDS=(etcd-autopsy ${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length}; _etcd_autopsy; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' }).trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('completion and man page come from the tree of commands', () => {
  test('bash offers subcommands, then their options', async () => {
    const script = completionScript(await buildProgram([], true), 'bash');
    expect(offered(script, ['cases', ''])).toEqual(expect.arrayContaining(['list', 'show', 'rm', 'export']));
    expect(offered(script, ['serve', '--p'])).toContain('--port');
  });

  test('the man page names every command', async () => {
    const page = manPage(await buildProgram([], true), '1.2.3', '2026-01-01');
    for (const { path } of commands) expect(page).toContain(`.SS etcd\\-autopsy ${path.replaceAll('-', '\\-')}`);
  });

  test('every command has a help text with an example', async () => {
    for (const { path } of commands) {
      const program = await buildProgram(path.split(' '));
      let command = program;
      for (const word of path.split(' ')) command = command.commands.find((sub) => sub.name() === word)!;
      let text = '';
      command.configureOutput({ writeOut: (part) => { text += part; } });
      command.outputHelp();
      expect(text, path).toMatch(/\n {2}etcd-autopsy /);
    }
  });
});
