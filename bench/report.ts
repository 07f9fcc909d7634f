import { cpus, loadavg, totalmem } from 'node:os';

export interface Figure {
  readonly name: string;
  readonly value: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Seconds: the median, lowest and highest. */
export function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(2)} s (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function machine(): string {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} x ${processors[0]?.model ?? 'unknown'}, ${gigabytes} GiB, ${process.platform}, Node ${process.versions.node}, load average at the start ${loadavg()[0]!.toFixed(1)}`;
}

export function markdown(title: string, figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value }) => `| ${name} | ${value} |`);
  return [`## ${title}`, '', '| what | figure |', '| --- | --- |', ...rows, ''].join('\n');
}
