/** Exit codes of every command. */
export const EXIT = {
  /** Nothing to report. */
  clean: 0,
  /** Findings, or outcomes other than expected. */
  findings: 1,
  /** The command line is wrong, or the input cannot be read. */
  unusable: 2,
} as const;
