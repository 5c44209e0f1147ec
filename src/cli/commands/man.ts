import type { Command } from 'commander';
import { manPage } from '../man-page.js';
import { toolVersion } from '../tool-version.js';

/** `man`: prints the man page. */
export function define(command: Command): Command {
  return command
    .addHelpText('after', '\n  etcd-autopsy man | man -l -\n  etcd-autopsy man > /usr/local/share/man/man1/etcd-autopsy.1')
    .action(() => {
      process.stdout.write(manPage(command.parent ?? command, toolVersion(), new Date().toISOString().slice(0, 10)));
    });
}
