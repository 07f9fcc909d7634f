/** `npm run bench`: measures, and writes bench/RESULTS.md with the machine it ran on. Medians of runs, each in a process of its own; lowest and highest in brackets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analysis, handlers } from './handlers';
import { policies } from './policies';
import { machine, markdown } from './report';
import { rules } from './rules';
import { manyTools, quickstart } from './synth';

const measured = machine();
const sections = [
  markdown('Synthesis of the quickstart', quickstart()),
  markdown('Synthesis of many tools', manyTools()),
  markdown('Policies of a gateway', policies()),
  markdown('Rules on an app of stock constructs', rules()),
  markdown('Bundling of handlers, one run', handlers()),
  markdown('Analysis of handlers after bundling', analysis()),
];
const head = `# Benchmark results\n\nWritten by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}.\n\nMachine: ${measured}. Medians, with lowest and highest in brackets.\n`;
writeFileSync(join(__dirname, 'RESULTS.md'), [head, ...sections].join('\n'));
console.log(sections.join('\n'));
